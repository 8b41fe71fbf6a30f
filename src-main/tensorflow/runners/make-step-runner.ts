import { RecordingError } from '../compiled-step/recording-error.ts';
import { CompiledRunner, type Precision } from './compiled-runner.ts';
import { EagerRunner } from './eager-runner.ts';
import type { PartRunner } from './part-runner.ts';
import type { StepDefinition } from './step-definition.ts';

export interface RunnerChoice {
  /** False: run eagerly, in float32 whatever the precision says. */
  readonly compiled: boolean;
  readonly precision: Precision;
  readonly device: string;
  /** Told once, in words, when a step that was to be compiled runs eagerly instead. */
  readonly onFallback: (reason: string) => void;
}

/** A runner without state: write one before its first step. TensorFlow must be loaded (`load.ts`). */
export function makeStepRunner(definition: StepDefinition, choice: RunnerChoice): PartRunner {
  if (!choice.compiled) return new EagerRunner(definition, choice.device);
  try {
    return new CompiledRunner(definition, choice.precision, choice.device);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    choice.onFallback(`The step can't be compiled and runs operation by operation, more slowly: ${error.message}`);
    return new EagerRunner(definition, choice.device);
  }
}
