/** Where the training thread's ports meet TensorFlow. */
import type { Recipe } from '#simclr/recipe.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import type { LoadableGraph } from '#tensorflow/compiled-step/loadable-graph.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { CompiledRunner, type Precision } from '#tensorflow/runners/compiled-runner.ts';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import type { StateArrays, StepRunner } from '#training/ports.ts';
import { type ChosenPrecision, choosePrecision } from './choose-precision.ts';
import { configurationKey } from './configuration-key.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { KnownSpeed } from './known-speeds.ts';
import type { LookShapes } from './looks.ts';
import { chunkedRunner, chunkedStep } from './chunked-step.ts';
import { recipeLooks, recipeStep } from './recipe-step.ts';

export interface DeviceSettings {
  /** 0: one for each core. */
  readonly threads: number;
  /** `auto`: by measuring, unless it is remembered. */
  readonly precision: 'auto' | 'float32' | 'bfloat16';
  readonly compiled: boolean;
  readonly canvasSide: number;
  /** Beside the step: how images are looked at. */
  readonly looks: LookShapes;
  readonly state: StateArrays;
  /** What is remembered of configurations; null: nothing is, and nothing kept. */
  readonly memory: DeviceMemory | null;
  readonly warn: (message: string) => void;
}

export interface WiredDevice {
  readonly runner: StepRunner;
  /** The compiled graph, for inspection; null: it runs eagerly. */
  readonly graph: LoadableGraph | null;
  /** Of an earlier run of the same configuration. */
  readonly known: KnownSpeed | null;
  /** About what a step takes, by choosing the precision; null: that was not measured. */
  readonly estimatedStepMs: number | null;
  /** Keeps what was measured for the next run of the same configuration. */
  readonly remember: (speed: Omit<KnownSpeed, 'precision'>) => void;
}

/** Loads TensorFlow, chooses the precision where that is left open, and puts the state on the device. */
export async function wireDevice(recipe: Recipe, settings: DeviceSettings): Promise<WiredDevice> {
  const { threads, compiled, warn, canvasSide, looks, memory } = settings;
  const { device, version } = await loadTensorFlow({ threads: threads === 0 ? null : threads });
  const key = memory === null ? null : configurationKey(recipe, settings, nativeText(version, device));
  const known = key === null ? null : memory!.speeds.read(key);
  const { precision, stepMs, isSure } = await precisionOf(recipe, device, known, settings);
  const plan = chunkPlan(recipe);
  const definition =
    plan === null ? recipeStep(recipe, canvasSide, looks) : chunkedStep(recipe, plan, canvasSide, looks);
  const graphs = key === null ? null : { graphs: memory!.graphs, key: `${key}-${precision}` };
  const whole = makeStepRunner(definition, { compiled, precision, device, onFallback: warn, known: graphs });
  const runner = plan === null ? whole : chunkedRunner(whole, recipe, plan);
  await runner.writeState(settings.state);
  return {
    runner,
    graph: whole instanceof CompiledRunner ? whole.graph : null,
    known,
    estimatedStepMs: stepMs,
    remember: (speed) => {
      if (key !== null && isSure) memory!.speeds.write(key, { precision, ...speed });
    },
  };
}

async function precisionOf(
  recipe: Recipe,
  device: string,
  known: KnownSpeed | null,
  { precision, compiled }: DeviceSettings,
): Promise<ChosenPrecision> {
  if (precision !== 'auto') return { precision, stepMs: null, isSure: true };
  if (!compiled) return { precision: 'float32', stepMs: null, isSure: true };
  return known === null ? choosePrecision(recipe, device) : { precision: known.precision, stepMs: null, isSure: true };
}

function nativeText(version: string, device: string): string {
  return `${version} ${device} ${JSON.stringify(nativeAbilities())}`;
}

/** For looks alone: nothing is trained. Their graph is kept beside those of trainings, whatever their batch was. */
export async function wireLooks(
  recipe: Recipe,
  settings: Pick<DeviceSettings, 'threads' | 'compiled' | 'looks' | 'state' | 'memory' | 'warn'> & {
    readonly precision: Precision;
  },
): Promise<StepRunner> {
  const { threads, compiled, precision, looks, memory, warn } = settings;
  const { device, version } = await loadTensorFlow({ threads: threads === 0 ? null : threads });
  const definition = recipeLooks(recipe, looks);
  const configuration = { canvasSide: 0, looks, threads };
  const key = configurationKey({ ...recipe, batchSize: 0 }, configuration, nativeText(version, device));
  const known = memory === null ? null : { graphs: memory.graphs, key: `${key}-looks-${precision}` };
  const runner = makeStepRunner(definition, { compiled, precision, device, onFallback: warn, known });
  await runner.writeState(settings.state);
  return runner;
}
