import type { GraphCache } from '../compiled-step/graph-cache.ts';
import { RecordingError } from '../compiled-step/recording-error.ts';
import { CompiledRunner, type Precision } from './compiled-runner.ts';
import { EagerRunner } from './eager-runner.ts';
import type { PartRunner } from './part-runner.ts';
import type { LooksDefinition, StepDefinition } from './step-definition.ts';

export interface RunnerChoice {
  /** False: run eagerly, in float32 whatever the precision says. */
  readonly compiled: boolean;
  readonly precision: Precision;
  readonly device: string;
  /** Told once, in words, when a step that was to be compiled runs eagerly instead. */
  readonly onFallback: (reason: string) => void;
  /** Where graphs recorded before are kept, and under what name this one; null: record it. */
  readonly known: { readonly graphs: GraphCache; readonly key: string } | null;
}

/** A runner without state: write one before its first step. TensorFlow must be loaded (`load.ts`). */
export function makeStepRunner(definition: StepDefinition | LooksDefinition, choice: RunnerChoice): PartRunner {
  if (!choice.compiled) return new EagerRunner(definition, choice.device);
  try {
    return fromKnown(definition, choice) ?? recorded(definition, choice);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    choice.onFallback(`The step can't be compiled and runs operation by operation, more slowly: ${error.message}`);
    return new EagerRunner(definition, choice.device);
  }
}

/** null where there is no graph of this key, or none that TensorFlow takes. */
function fromKnown(
  definition: StepDefinition | LooksDefinition,
  { known, precision, device }: RunnerChoice,
): CompiledRunner | null {
  const graph = known?.graphs.read(known.key) ?? null;
  if (graph === null) return null;
  try {
    return new CompiledRunner(definition, precision, device, graph);
  } catch {
    return null;
  }
}

function recorded(
  definition: StepDefinition | LooksDefinition,
  { known, precision, device }: RunnerChoice,
): CompiledRunner {
  const runner = new CompiledRunner(definition, precision, device);
  known?.graphs.write(known.key, runner.graph);
  return runner;
}
