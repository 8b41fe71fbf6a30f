/** What a run would be and take, asked for while it is being set up. */
import type { Plan } from '../../src-main/contract/studio/runs.ts';
import { isUnreachable, type Engine } from '../transport/engine.ts';
import type { Studio } from './studio.svelte.ts';

type PlanRequest = Parameters<Engine['run']['plan']>[0];

/** A dial that is still being turned is not planned with … */
const PLAN_AFTER_MS = 250;
/** … and not measured. */
const MEASURE_AFTER_MS = 750;

export class RunPlanning {
  readonly #studio: Studio;
  #plan = $state.raw<Plan | null>(null);
  #refusal = $state<string | null>(null);
  #isPlanning = $state(false);
  #isMeasuring = $state(false);
  #question = 0;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get plan(): Plan | null {
    return this.#plan;
  }

  /** Why there is no plan, in words. */
  get refusal(): string | null {
    return this.#refusal;
  }

  get isPlanning(): boolean {
    return this.#isPlanning;
  }

  get isMeasuring(): boolean {
    return this.#isMeasuring;
  }

  /** The newest question counts. @returns takes it back, if it was not put yet. */
  ask(request: PlanRequest): () => void {
    const mine = ++this.#question;
    const timer = setTimeout(() => {
      this.#isPlanning = true;
      void this.#answer(mine, (engine) => engine.run.plan(request)).finally(() => {
        if (mine !== this.#question) return;
        this.#isPlanning = false;
        this.#isMeasuring = false;
      });
    }, PLAN_AFTER_MS);
    return () => clearTimeout(timer);
  }

  /** Of what was asked last. @returns as `ask`. */
  measure(request: PlanRequest): () => void {
    const mine = this.#question;
    const timer = setTimeout(() => {
      this.#isMeasuring = true;
      void this.#answer(mine, (engine) => engine.run.measure(request)).finally(() => {
        if (mine === this.#question) this.#isMeasuring = false;
      });
    }, MEASURE_AFTER_MS);
    return () => clearTimeout(timer);
  }

  async #answer(mine: number, call: (engine: Engine) => Promise<Plan>): Promise<void> {
    try {
      const plan = await call(this.#studio.engine);
      if (mine !== this.#question) return;
      // Measuring that gave way to something else tells nothing new.
      if (this.#plan === null || plan.measuredBy !== null || !this.#isMeasuring) this.#plan = plan;
      this.#refusal = null;
    } catch (error) {
      if (mine !== this.#question || isUnreachable(error)) return;
      this.#plan = null;
      this.#refusal = this.#studio.wordsFor(error);
    }
  }
}
