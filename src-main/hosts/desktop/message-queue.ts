import type { DesktopMessage } from '#contract/studio/desktop.ts';

/** The part of a page that takes messages. */
export interface Listener {
  readonly send: (channel: string, message: DesktopMessage) => void;
}

/** Messages for a page that may not be there yet, or not any more: they wait, in order, until it listens. */
export class MessageQueue {
  readonly #untold: DesktopMessage[] = [];
  #listener: Listener | null = null;

  tell(message: DesktopMessage): void {
    if (this.#listener === null) this.#untold.push(message);
    else this.#listener.send('studio.message', message);
  }

  /** The page listens; what waits is told at once. */
  listens(listener: Listener): void {
    this.#listener = listener;
    for (const message of this.#untold.splice(0)) this.tell(message);
  }

  /** The page is gone, or is being loaded again. */
  left(): void {
    this.#listener = null;
  }
}
