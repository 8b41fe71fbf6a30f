import type { ComputeFacts, DoctorReport } from '#contract/doctor.ts';
import { messageOf } from '#base/errors.ts';
import type { DoctorPorts } from './ports/doctor.ts';

type Problem = DoctorReport['problems'][number];

/** Looks at everything Kindred stands on. Never rejects for a part that is broken: that is what it reports. */
export async function doctorReport(ports: DoctorPorts): Promise<DoctorReport> {
  const problems: Problem[] = [];
  const settled = async <Facts>(part: Problem['part'], probe: () => Promise<Facts>): Promise<Facts | null> => {
    try {
      return await probe();
    } catch (error) {
      problems.push({ part, message: messageOf(error) });
      return null;
    }
  };
  // One after the other: the rate of a convolution is measured alone.
  const library = await settled('library', ports.inspectLibrary);
  const decoder = await settled('decoder', ports.probeDecoder);
  const compute = await settled('compute', ports.probeCompute);
  return {
    ...ports.versions,
    deviceReason:
      compute === null ? 'unknown: TensorFlow did not answer' : deviceReason(compute.device, ports.deviceChoice()),
    machine: ports.machine(),
    compute,
    decoder,
    library,
    problems,
  };
}

/**
 * Why the CPU or the GPU, in words.
 *
 * @param choice why set-up chose the TensorFlow there is; null when it left no note.
 */
export function deviceReason(device: ComputeFacts['device'], choice: string | null): string {
  const because = choice ?? 'set-up left no note';
  if (device === 'gpu') return `GPU: ${because}, and TensorFlow can use it`;
  return asksForGpu(choice)
    ? `CPU although ${because}: TensorFlow found no CUDA 12 with cuDNN 9 that it can load`
    : `CPU: ${because}`;
}

/** Whether set-up chose the TensorFlow for the GPU; that one may still find nothing it can use. */
export function asksForGpu(choice: string | null): boolean {
  return choice === 'an NVIDIA driver was found' || choice === 'KINDRED_DEVICE=gpu';
}
