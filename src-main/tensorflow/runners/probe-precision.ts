import type { Clock } from '#base/clock.ts';
import type { StateArrays, StepBatch } from '#training/ports.ts';
import { RecordingError } from '../compiled-step/recording-error.ts';
import { CompiledRunner, type Precision } from './compiled-runner.ts';
import type { StepDefinition } from './step-definition.ts';

export interface PrecisionProbe {
  readonly chosen: Precision;
  /** Fastest measured step of each candidate, in milliseconds. */
  readonly stepMs: ReadonlyMap<Precision, number>;
}

export interface ProbeSettings {
  readonly definition: StepDefinition;
  readonly state: StateArrays;
  /** Any batch of the run's shape; its values don't matter. */
  readonly batch: StepBatch;
  readonly device: string;
  readonly clock: Clock;
  /** Of one alone only its steps are measured. */
  readonly candidates: readonly Precision[];
}

/** The first run of a graph optimises it; the second still allocates. */
const WARM_UP_STEPS = 2;
const MEASURED_STEPS = 3;
/** bfloat16 has to be worth its digits. */
const WORTHWHILE_SPEED_UP = 1.1;

/**
 * Makes a few steps in each precision and chooses bfloat16 if it is at least a tenth faster. One runner exists at a
 * time, so that the probe needs no more memory than the run.
 *
 * @returns null when the step can't be compiled: then there is nothing to choose.
 */
export async function probePrecision(settings: ProbeSettings): Promise<PrecisionProbe | null> {
  try {
    const stepMs = new Map<Precision, number>();
    for (const precision of settings.candidates) stepMs.set(precision, await measure(precision, settings));
    const { float32 = Infinity, bfloat16 = Infinity } = Object.fromEntries(stepMs);
    return { chosen: bfloat16 * WORTHWHILE_SPEED_UP <= float32 ? 'bfloat16' : 'float32', stepMs };
  } catch (error) {
    if (error instanceof RecordingError) return null;
    throw error;
  }
}

async function measure(
  precision: Precision,
  { definition, state, batch, device, clock }: ProbeSettings,
): Promise<number> {
  const runner = new CompiledRunner(definition, precision, device);
  try {
    await runner.writeState(state);
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WARM_UP_STEPS + MEASURED_STEPS; i++) {
      const startMs = clock.monotonicMs();
      await runner.step(batch);
      if (i >= WARM_UP_STEPS) fastestMs = Math.min(fastestMs, clock.monotonicMs() - startMs);
    }
    return fastestMs;
  } finally {
    runner.dispose();
  }
}
