/** Which of the window's own dialogs is open; at most one. */
export type DialogName = 'add' | 'palette' | 'shortcuts';

class Dialogs {
  #open = $state<DialogName | null>(null);

  get open(): DialogName | null {
    return this.#open;
  }

  /** True while a dialog lies over the screen, one of a component's own included: keys are for it. */
  get coversScreen(): boolean {
    return this.#open !== null || document.querySelector('dialog[open]') !== null;
  }

  show(name: DialogName): void {
    this.#open = name;
  }

  close(): void {
    this.#open = null;
  }
}

export const dialogs = new Dialogs();
