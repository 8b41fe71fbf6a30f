/** One run's measurements as they come: what was recorded before, then every new point. */
import type { PinnedAtStep, RunPoint, RunSummary } from '../../src-main/contract/studio/runs.ts';
import type { Studio } from './studio.svelte.ts';

/** What the newest session of a run began with. */
export interface RunStart {
  readonly device: string;
  readonly precision: string;
  readonly isCompiled: boolean;
  readonly memoryBytes: number;
}

type Headline = NonNullable<RunSummary['headline']>;

export class RunRecord {
  readonly #studio: Studio;
  readonly #id: string;
  #points = $state.raw<readonly RunPoint[]>([]);
  #headlines = $state.raw<readonly Headline[]>([]);
  #neighbours = $state.raw<readonly PinnedAtStep[]>([]);
  #advice = $state.raw<readonly string[]>([]);
  #start = $state.raw<RunStart | null>(null);

  constructor(studio: Studio, id: string) {
    this.#studio = studio;
    this.#id = id;
  }

  get points(): readonly RunPoint[] {
    return this.#points;
  }
  get headlines(): readonly Headline[] {
    return this.#headlines;
  }
  get neighbours(): readonly PinnedAtStep[] {
    return this.#neighbours;
  }
  get advice(): readonly string[] {
    return this.#advice;
  }
  get start(): RunStart | null {
    return this.#start;
  }
  get newest(): RunPoint | null {
    return this.#points.at(-1) ?? null;
  }

  /** Loads what there is and follows the run; returns how to stop. */
  follow(): () => void {
    void this.#load();
    const stopPoints = this.#studio.onRunPoint((id, point, advice) => {
      if (id !== this.#id) return;
      if (point.step > (this.newest?.step ?? -1)) this.#points = [...this.#points, point];
      this.#advice = advice;
    });
    const stopFiles = this.#studio.onFilesChanged(() => void this.#load());
    return () => {
      stopPoints();
      stopFiles();
    };
  }

  /** Asks for the headline numbers again (they come with the run's summary, not with its points). */
  async refresh(): Promise<void> {
    await this.#load();
  }

  async #load(): Promise<void> {
    const answer = await this.#studio.ask((engine) => engine.run.points({ id: this.#id }));
    if (!answer) return;
    this.#points = answer.points;
    this.#headlines = answer.headlines;
    this.#neighbours = answer.neighbours;
    this.#advice = answer.advice;
    this.#start = answer.start;
  }
}
