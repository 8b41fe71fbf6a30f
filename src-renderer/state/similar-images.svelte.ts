/** The answer to a search by examples, newest question first: an older answer that comes late is dropped. */
import type { FileCell, FileFilter } from '../../src-main/contract/studio/files.ts';
import type { Engine } from '../transport/engine.ts';
import type { Example } from './filter-address.ts';

export interface Answer {
  readonly encoder: { readonly key: string; readonly title: string; readonly isBaseline: boolean };
  readonly notSeen: number;
  readonly results: readonly { readonly cell: FileCell; readonly score: number }[];
}

export class SimilarImages {
  readonly #engine: Engine;
  #answer = $state.raw<Answer | null>(null);
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
  get notSeen(): number {
    return this.#answer?.notSeen ?? 0;
  }

  /** @throws what the engine says. */
  async search(like: readonly Example[], unlike: readonly Example[], filter: FileFilter): Promise<void> {
    const question = ++this.#question;
    const answer = await this.#engine.search.similar({ like: [...like], unlike: [...unlike], filter, top: 300 });
    if (question === this.#question) this.#answer = answer;
  }
}
