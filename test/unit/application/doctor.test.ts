import { describe, expect, it } from 'vitest';
import { doctorReport } from '#application/doctor.ts';
import type { DoctorPorts } from '#application/ports/doctor.ts';
import { KindredError } from '#base/errors.ts';
import { doctorReportSchema } from '#contract/doctor.ts';

const compute = { tensorflow: '2.21.0', tfjs: '4.22.0', device: 'cpu', threads: 2, convolutionGflops: 100 } as const;
const ports: DoctorPorts = {
  versions: { kindred: '1.0.0', node: '24.0.0', sqlite: '3.50.0' },
  machine: () => ({
    platform: 'linux',
    arch: 'x64',
    system: 'Linux 6',
    processor: 'A processor',
    cores: 2,
    instructionSets: ['AVX2'],
    memoryBytes: 8e9,
    freeMemoryBytes: 4e9,
  }),
  deviceChoice: () => 'no NVIDIA driver was found',
  probeCompute: async () => compute,
  probeDecoder: async () => ({ sharp: '0.35.5', libvips: '8.17', formats: ['jpeg'] }),
  inspectLibrary: async () => ({
    folder: '/library',
    exists: false,
    freeDiskBytes: 1e9,
    heldBy: null,
    notice: null,
    datasets: 0,
    files: 0,
    runs: 0,
  }),
};

const probeGpu: DoctorPorts['probeCompute'] = async () => ({ ...compute, device: 'gpu' });

describe('doctorReport', () => {
  it('is what the contract says, without problems on a sound machine', async () => {
    const report = await doctorReport(ports);
    expect(doctorReportSchema.parse(report)).toEqual(report);
    expect(report.problems).toEqual([]);
    expect(report.deviceReason).toBe('CPU: no NVIDIA driver was found');
  });

  it('reports a part that is broken and still asks the others', async () => {
    const broken = new KindredError('setup.incomplete', 'TensorFlow cannot be loaded.');
    const report = await doctorReport({ ...ports, probeCompute: () => Promise.reject(broken) });
    expect(report.problems).toEqual([{ part: 'compute', message: 'TensorFlow cannot be loaded.' }]);
    expect(report.compute).toBeNull();
    expect(report.decoder?.sharp).toBe('0.35.5');
  });

  it('says what is missing when a driver is there and TensorFlow still computes on the CPU', async () => {
    const report = await doctorReport({ ...ports, deviceChoice: () => 'an NVIDIA driver was found' });
    expect(report.deviceReason).toMatch(/^CPU although an NVIDIA driver was found: .*cuDNN/);
  });

  it('calls the GPU by its name only when TensorFlow uses it', async () => {
    const report = await doctorReport({ ...ports, deviceChoice: () => 'KINDRED_DEVICE=gpu', probeCompute: probeGpu });
    expect(report.deviceReason).toMatch(/^GPU: KINDRED_DEVICE=gpu/);
  });
});
