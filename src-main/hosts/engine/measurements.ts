/** What runs would take on this computer, measured before they are started. */
import type { MeasuredRun } from '#application/ports/runs.ts';
import { type ChoicePorts, chooseRecipe } from '#application/running/choose-recipe.ts';
import type { ChosenConfig, StartRequest } from '#application/start-run.ts';
import { isKindredError } from '#base/errors.ts';

export type RunWish = Pick<StartRequest, 'datasetId' | 'config' | 'withChanges'>;

/** The configuration is the wish's own, or what `auto` chose for it. */
export interface Measurement extends MeasuredRun, ChosenConfig {}

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
      const chosen =
        wish.withChanges === null
          ? { config: wish.config, choice: null }
          : await this.#chosen(wish, wish.withChanges, running.signal);
      const measured = await this.#ports.host.measureRun({ config: chosen.config, threads: 0 }, running.signal);
      this.#known.set(keyOf(wish), { ...measured, ...chosen });
    } catch (error) {
      if (!isKindredError(error) || error.code !== 'job.interrupted') throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  #chosen(
    { datasetId, config }: RunWish,
    withChanges: NonNullable<RunWish['withChanges']>,
    signal: AbortSignal,
  ): Promise<ChosenConfig> {
    return chooseRecipe(this.#ports, { datasetId, config, threads: 0 }, withChanges, signal);
  }
}

/** How long a run is given matters to what `auto` chooses alone. */
function keyOf({ datasetId, config, withChanges }: RunWish): string {
  if (withChanges !== null) return JSON.stringify([datasetId, config]);
  const { length: _length, seed: _seed, ...shape } = config;
  return JSON.stringify(shape);
}
