/**
 * The answer to a search by examples. A new question stops the one before. While one takes long (a picture from outside
 * has to be encoded first) the answer to another is not shown for it.
 */
import type { FileCell, FileFilter } from '../../src-main/contract/studio/files.ts';
import type { Engine } from '../transport/engine.ts';
import type { Example } from './filter-address.ts';

export interface AnsweringEncoder {
  readonly key: string;
  readonly title: string;
  readonly isBaseline: boolean;
}

/** One that can answer; `isChosen`: somebody has settled on it for the data set. */
export interface EncoderChoice extends AnsweringEncoder {
  readonly isChosen: boolean;
}

export interface Answer {
  readonly encoder: AnsweringEncoder;
  readonly notSeen: number;
  readonly results: readonly { readonly cell: FileCell; readonly score: number }[];
}

/** A question that is answered sooner than this shows nothing in between. */
const SLOW_MS = 300;
/** Asked for at first, and when somebody has come to the end of these. */
const TOPS = [300, 1000] as const;

export class SimilarImages {
  readonly #engine: Engine;
  #answer = $state.raw<Answer | null>(null);
  #choices = $state.raw<readonly EncoderChoice[]>([]);
  #isSlow = $state(false);
  #top = $state<(typeof TOPS)[number]>(TOPS[0]);
  #asking: { readonly stop: AbortController; readonly question: string } | null = null;
  /** The question that was answered last. */
  #answered = '';

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get results(): Answer['results'] | null {
    return this.#isSlow ? null : (this.#answer?.results ?? null);
  }
  get encoder(): Answer['encoder'] | null {
    return this.#answer?.encoder ?? null;
  }
  /** All that can answer. */
  get choices(): readonly EncoderChoice[] {
    return this.#choices;
  }
  get notSeen(): number {
    return this.#answer?.notSeen ?? 0;
  }
  /** A question that nothing is shown for yet takes long. */
  get isSlow(): boolean {
    return this.#isSlow;
  }
  /** How many are asked for. */
  get top(): number {
    return this.#top;
  }

  /** The end of what was found is in sight: more are asked for, where there may be more. */
  wantMore(): void {
    if (this.#answer?.results.length === this.#top) this.#top = TOPS.at(-1)!;
  }

  /** Whoever waits for an answer no longer does. */
  stop(): void {
    this.#asking?.stop.abort();
    this.#asking = null;
    this.#isSlow = false;
    this.#top = TOPS[0];
  }

  /** @param encoderKey who is to answer; null: the newest that can. @throws what the engine says. */
  async search(
    { like, unlike }: { readonly like: readonly Example[]; readonly unlike: readonly Example[] },
    filter: FileFilter,
    encoderKey: string | null,
  ): Promise<void> {
    const question = JSON.stringify([like, unlike, filter, encoderKey]);
    if (question !== (this.#asking?.question ?? this.#answered)) this.stop();
    else this.#asking?.stop.abort();
    const asking = { stop: new AbortController(), question };
    this.#asking = asking;
    const slow = setTimeout(() => (this.#isSlow = question !== this.#answered), SLOW_MS);
    const request = { like: [...like], unlike: [...unlike], filter, top: this.#top, encoderKey };
    try {
      const answer = await this.#engine.search.similar(request, { signal: asking.stop.signal });
      if (asking !== this.#asking) return;
      this.#answer = answer;
      this.#answered = question;
      this.#choices = await this.#engine.search.encoders({ datasetId: filter.datasetId ?? null });
    } catch (error) {
      if (asking === this.#asking) throw error;
    } finally {
      clearTimeout(slow);
      if (asking === this.#asking) {
        this.#asking = null;
        this.#isSlow = false;
      }
    }
  }
}
