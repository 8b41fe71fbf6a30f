/** What runs would take on this computer, measured before they are started. */
import type { MeasuredRun } from '#application/ports/runs.ts';
import { type ChoicePorts, chooseRecipe } from '#application/running/choose-recipe.ts';
import type { StartRequest } from '#application/start-run.ts';
import { isKindredError } from '#base/errors.ts';
import type { TrainingConfig } from '#contract/training-config.ts';

export type RunWish = Pick<StartRequest, 'datasetId' | 'config' | 'withChanges'>;

export interface Measurement extends MeasuredRun {
  /** The wish's own, or what `auto` chose for it. */
  readonly config: TrainingConfig;
}

/** One is measured at a time: the newest wish. Nothing is measured while a run trains, which it would slow down. */
export class Measurements {
  readonly #ports: ChoicePorts;
  readonly #isBusy: () => boolean;
  readonly #known = new Map<string, Measurement>();
  readonly #unfinished = new Set<Promise<void>>();
  #running: AbortController | null = null;

  constructor(ports: ChoicePorts, isBusy: () => boolean) {
    this.#ports = ports;
    this.#isBusy = isBusy;
  }

  find(wish: RunWish): Measurement | null {
    return this.#known.get(keyOf(wish)) ?? null;
  }

  /**
   * Resolves when it is measured, or will not be: a run began, or another wish was asked for.
   *
   * @throws KindredError `dataset.empty`, `compute.died`.
   */
  measure(wish: RunWish): Promise<void> {
    const work = this.#measure(wish);
    const forget = (): void => void this.#unfinished.delete(work);
    this.#unfinished.add(work);
    work.then(forget, forget);
    return work;
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  /** Resolves when nobody waits for a measurement any more. */
  async close(): Promise<void> {
    this.stop();
    await Promise.allSettled(this.#unfinished);
  }

  async #measure(wish: RunWish): Promise<void> {
    this.stop();
    if (this.#isBusy() || this.find(wish) !== null) return;
    const running = (this.#running = new AbortController());
    try {
      const config =
        wish.withChanges === null ? wish.config : await this.#chosen(wish, wish.withChanges, running.signal);
      const measured = await this.#ports.host.measureRun({ config, threads: 0 }, running.signal);
      this.#known.set(keyOf(wish), { ...measured, config });
    } catch (error) {
      if (!isKindredError(error) || error.code !== 'job.interrupted') throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  async #chosen(
    { datasetId, config }: RunWish,
    withChanges: NonNullable<RunWish['withChanges']>,
    signal: AbortSignal,
  ): Promise<TrainingConfig> {
    return (await chooseRecipe(this.#ports, { datasetId, config, threads: 0 }, withChanges, signal)).config;
  }
}

/** How long a run is given matters to what `auto` chooses alone. */
function keyOf({ datasetId, config, withChanges }: RunWish): string {
  if (withChanges !== null) return JSON.stringify([datasetId, config]);
  const { length: _length, seed: _seed, ...shape } = config;
  return JSON.stringify(shape);
}
