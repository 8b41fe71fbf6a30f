/** Which of the window's own dialogs is open; at most one. */
import { flushSync } from 'svelte';

export type DialogName = 'add' | 'palette' | 'shortcuts';

class Dialogs {
  #open = $state<DialogName | null>(null);
  /** Shown, and not in the page yet: the rest of the event that showed it is the dialog's already. */
  #isComing = false;

  get open(): DialogName | null {
    return this.#open;
  }

  /**
   * True while a dialog lies over the screen, one of a component's own included: keys are for it. The page is asked,
   * as a dialog that Escape closes is closed at once and tells a task later: a key in between is the screen's.
   */
  get coversScreen(): boolean {
    return this.#isComing || document.querySelector('dialog[open]') !== null;
  }

  show(name: DialogName): void {
    // The same dialog, closed by Escape and not yet told: it goes before it comes again.
    if (this.#open === name && !this.coversScreen) {
      this.#open = null;
      flushSync();
    }
    this.#open = name;
    this.#isComing = true;
    queueMicrotask(() => (this.#isComing = false));
  }

  /** What a dialog's own `close` event tells; it may come when the same dialog is shown again already. */
  closed(name: DialogName): void {
    if (this.#open === name && !this.coversScreen) this.#open = null;
  }

  close(): void {
    this.#open = null;
  }
}

export const dialogs = new Dialogs();
