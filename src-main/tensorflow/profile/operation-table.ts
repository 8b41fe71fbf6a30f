/** Where the time of traced runs went, by kind of operation. */
import type { OperationTime } from './run-trace.ts';

/** Means of a step. */
export interface OperationRow {
  readonly op: string;
  readonly count: number;
  /** From begin to end, added up over all of this kind; two at a time count twice. */
  readonly ms: number;
  /** Of the time of all operations, in [0, 1]. */
  readonly share: number;
  /** Its part of the wall clock: a moment in which k operations ran is divided among them by k. */
  readonly wallMs: number;
}

interface Sums {
  count: number;
  us: number;
  wallUs: number;
}

export class OperationTable {
  readonly #sums = new Map<string, Sums>();
  #steps = 0;
  #us = 0;
  #wallUs = 0;

  /** @param runs the operations of each run that the step was made of. */
  addStep(runs: readonly (readonly OperationTime[])[]): void {
    this.#steps += 1;
    for (const run of runs) this.#addRun(run);
  }

  get steps(): number {
    return this.#steps;
  }

  /** Of a step: all operations, added up. */
  get ms(): number {
    return this.#perStep(this.#us);
  }

  /** Of a step: how long at least one operation ran. */
  get wallMs(): number {
    return this.#perStep(this.#wallUs);
  }

  /** The longest first. */
  rows(): readonly OperationRow[] {
    return [...this.#sums]
      .map(([op, { count, us, wallUs }]) => ({
        op,
        count: count / this.#steps,
        ms: this.#perStep(us),
        share: us / this.#us,
        wallMs: this.#perStep(wallUs),
      }))
      .toSorted((a, b) => b.ms - a.ms || a.op.localeCompare(b.op));
  }

  #addRun(run: readonly OperationTime[]): void {
    for (const { op, startUs, endUs } of run) {
      const sums = this.#sumsOf(op);
      sums.count += 1;
      sums.us += endUs - startUs;
      this.#us += endUs - startUs;
    }
    this.#divideWall(run);
  }

  /** Goes through the moments at which operations begin and end, with those that run in between. */
  #divideWall(run: readonly OperationTime[]): void {
    const moments = run
      .flatMap(({ op, startUs, endUs }) => [
        { atUs: startUs, op, change: 1 },
        { atUs: endUs, op, change: -1 },
      ])
      .toSorted((a, b) => a.atUs - b.atUs);
    const running = new Map<string, number>();
    let [count, lastUs] = [0, moments[0]?.atUs ?? 0];
    for (const { atUs, op, change } of moments) {
      if (count > 0) this.#wallUs += atUs - lastUs;
      for (const [of, times] of running) this.#sumsOf(of).wallUs += ((atUs - lastUs) * times) / count;
      lastUs = atUs;
      count += change;
      const times = (running.get(op) ?? 0) + change;
      if (times === 0) running.delete(op);
      else running.set(op, times);
    }
  }

  #sumsOf(op: string): Sums {
    const sums = this.#sums.get(op) ?? { count: 0, us: 0, wallUs: 0 };
    this.#sums.set(op, sums);
    return sums;
  }

  #perStep(us: number): number {
    return this.#steps === 0 ? 0 : us / 1000 / this.#steps;
  }
}
