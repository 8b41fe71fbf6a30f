/**
 * What the numbers of a run say when something is off, in plain words and with what to do. The loss alone cannot tell a
 * collapse from not learning, only the pair of loss and spread can (RECIPE §4). Each advice is given once.
 */

export interface Observation {
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  readonly noSignalLoss: number;
  readonly learningRate: number;
  readonly waitingShare: number;
  /** Standard deviation of the normalised embeddings over the batch, and 1/√d; null when not measured. */
  readonly spread: { readonly std: number; readonly healthyStd: number } | null;
}

export interface Advice {
  readonly code: 'noSignal' | 'collapse' | 'waiting' | 'unstable';
  readonly message: string;
}

const NO_SIGNAL_STEPS = 300;
/** A loss this close to the no-signal value, relative to it, has learnt nothing. */
const NO_SIGNAL_MARGIN = 0.005;
const COLLAPSE_SHARE = 0.1;
const WAITING_SHARE = 0.1;
const WARM_STEPS = 50;
const SMOOTHING = 0.05;
/** A smoothed loss that climbs back this share of what was learnt means steps that are too long. */
const LOST_SHARE = 0.3;

export class AdviceWatch {
  readonly #given = new Set<Advice['code']>();
  #seen = 0;
  #smoothLoss = Number.NaN;
  #lowestLoss = Number.POSITIVE_INFINITY;

  /** @returns what to say after this step; mostly nothing. */
  observe(now: Observation): readonly Advice[] {
    this.#seen += 1;
    this.#smoothLoss = Number.isNaN(this.#smoothLoss)
      ? now.loss
      : this.#smoothLoss + SMOOTHING * (now.loss - this.#smoothLoss);
    if (this.#seen > WARM_STEPS) this.#lowestLoss = Math.min(this.#lowestLoss, this.#smoothLoss);
    const found = [this.#collapse(now), this.#noSignal(now), this.#waiting(now), this.#unstable(now)];
    return found.filter((advice) => advice !== null).filter(({ code }) => this.#isFirst(code));
  }

  #isFirst(code: Advice['code']): boolean {
    const isFirst = !this.#given.has(code);
    this.#given.add(code);
    return isFirst;
  }

  #isWithoutSignal(now: Observation): boolean {
    return this.#smoothLoss > now.noSignalLoss * (1 - NO_SIGNAL_MARGIN);
  }

  #isCollapsed(now: Observation): boolean {
    return now.spread !== null && now.spread.std < COLLAPSE_SHARE * now.spread.healthyStd;
  }

  #collapse(now: Observation): Advice | null {
    if (this.#seen < WARM_STEPS || !this.#isCollapsed(now) || now.spread === null) return null;
    const { std, healthyStd } = now.spread;
    return {
      code: 'collapse',
      message: `The encoder has collapsed: all images get nearly the same vector (spread ${std.toFixed(4)}, healthy is about ${healthyStd.toFixed(3)}). Start again with a lower learning rate (now ${format(now.learningRate)}) or a longer warm-up.`,
    };
  }

  #noSignal(now: Observation): Advice | null {
    if (now.step < NO_SIGNAL_STEPS || this.#seen < NO_SIGNAL_STEPS) return null;
    if (!this.#isWithoutSignal(now) || this.#isCollapsed(now)) return null;
    return {
      code: 'noSignal',
      message: `Nothing has been learnt after ${now.step} steps: the loss is ${this.#smoothLoss.toFixed(3)}, and ${now.noSignalLoss.toFixed(3)} is what guessing gives. Try a higher learning rate (now ${format(now.learningRate)}), weaker augmentation, or check that the images are not all alike.`,
    };
  }

  #waiting(now: Observation): Advice | null {
    if (this.#seen < WARM_STEPS || now.waitingShare <= WAITING_SHARE) return null;
    return {
      code: 'waiting',
      message: `${Math.round(now.waitingShare * 100)} % of the time is spent waiting for images. Another program may be using the processor or the disk; a smaller cacheSide also helps.`,
    };
  }

  #unstable(now: Observation): Advice | null {
    if (this.#seen < 2 * WARM_STEPS) return null;
    const learnt = now.noSignalLoss - this.#lowestLoss;
    const lost = this.#smoothLoss - this.#lowestLoss;
    if (learnt <= 0.05 * now.noSignalLoss || lost < LOST_SHARE * learnt) return null;
    return {
      code: 'unstable',
      message: `The loss has climbed back from ${this.#lowestLoss.toFixed(3)} to ${this.#smoothLoss.toFixed(3)}: the learning rate (now ${format(now.learningRate)}) is probably too high. Lower optimizer.baseLearningRate or lengthen the warm-up.`,
    };
  }
}

function format(learningRate: number): string {
  return learningRate.toPrecision(2);
}
