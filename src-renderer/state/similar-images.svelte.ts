/** The answer to a search by examples, newest question first: an older answer that comes late is dropped. */
import type { FileCell, FileFilter } from '../../src-main/contract/studio/files.ts';
import type { Engine } from '../transport/engine.ts';
import type { Example } from './filter-address.ts';

export interface AnsweringEncoder {
  readonly key: string;
  readonly title: string;
  readonly isBaseline: boolean;
}

export interface Answer {
  readonly encoder: AnsweringEncoder;
  readonly notSeen: number;
  readonly results: readonly { readonly cell: FileCell; readonly score: number }[];
}

export class SimilarImages {
  readonly #engine: Engine;
  #answer = $state.raw<Answer | null>(null);
  #choices = $state.raw<readonly AnsweringEncoder[]>([]);
  #question = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get results(): Answer['results'] | null {
    return this.#answer?.results ?? null;
  }
  get encoder(): Answer['encoder'] | null {
    return this.#answer?.encoder ?? null;
  }
  /** All that can answer. */
  get choices(): readonly AnsweringEncoder[] {
    return this.#choices;
  }
  get notSeen(): number {
    return this.#answer?.notSeen ?? 0;
  }

  /** @param encoderKey who is to answer; null: the newest that can. @throws what the engine says. */
  async search(
    { like, unlike }: { readonly like: readonly Example[]; readonly unlike: readonly Example[] },
    filter: FileFilter,
    encoderKey: string | null,
  ): Promise<void> {
    const question = ++this.#question;
    const request = { like: [...like], unlike: [...unlike], filter, top: 300, encoderKey };
    const answer = await this.#engine.search.similar(request);
    if (question !== this.#question) return;
    this.#answer = answer;
    this.#choices = await this.#engine.search.encoders({ datasetId: filter.datasetId ?? null });
  }
}
