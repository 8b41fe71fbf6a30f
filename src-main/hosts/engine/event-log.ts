/**
 * What happened, numbered, for every face that watches. A watcher that was away goes on after the last event it saw;
 * one that was away for too long, or saw another engine's numbers, is told to ask anew for all it shows.
 */
import type { StudioEvent } from '#contract/studio/events.ts';

/** Events remembered for watchers that were away. */
const KEPT = 2000;
/** A watcher this far behind is not reading; it is told to ask anew instead of being fed from memory. */
const MOST_WAITING = 5000;

export interface NumberedEvent {
  /** `<engine>-<number>`. */
  readonly id: string;
  readonly event: StudioEvent;
}

const EVERYTHING: readonly StudioEvent[] = (['datasets', 'files', 'runs', 'undo', 'encoder', 'views'] as const).map(
  (what) => ({
    kind: 'library.changed',
    what,
  }),
);

export class EventLog {
  readonly #engine: string;
  readonly #events: NumberedEvent[] = [];
  readonly #wakers = new Set<() => void>();
  #next = 0;

  /** @param engine differs between two engines' lives. */
  constructor(engine: string) {
    this.#engine = engine;
  }

  publish(event: StudioEvent): void {
    this.#events.push({ id: `${this.#engine}-${this.#next++}`, event });
    if (this.#events.length > KEPT) this.#events.splice(0, this.#events.length - KEPT);
    for (const wake of this.#wakers) wake();
  }

  /** Events after `lastId` (null: from now on), for ever, until `signal` is aborted. */
  async *watch(lastId: string | null, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    let position = this.#positionAfter(lastId);
    if (position === null) {
      position = this.#next;
      for (const event of EVERYTHING) yield { id: this.#idBefore(position), event };
    }
    while (!signal.aborted) {
      const first = this.#next - this.#events.length;
      if (position < first || this.#next - position > MOST_WAITING) {
        position = this.#next;
        for (const event of EVERYTHING) yield { id: this.#idBefore(position), event };
      }
      if (position < this.#next) yield this.#events[position++ - first]!;
      else await this.#nextEvent(signal);
    }
  }

  #idBefore(position: number): string {
    return `${this.#engine}-${position - 1}`;
  }

  /** null: what came after that event is not known here. */
  #positionAfter(lastId: string | null): number | null {
    if (lastId === null) return this.#next;
    const dash = lastId.lastIndexOf('-');
    const number = Number(lastId.slice(dash + 1));
    const isOurs = lastId.slice(0, dash) === this.#engine && Number.isInteger(number) && number < this.#next;
    return isOurs && number + 1 >= this.#next - this.#events.length ? number + 1 : null;
  }

  #nextEvent(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
