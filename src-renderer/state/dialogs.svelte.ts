/** Which of the window's own dialogs is open; at most one. */
export type DialogName = 'add' | 'palette' | 'shortcuts';

class Dialogs {
  #open = $state<DialogName | null>(null);

  get open(): DialogName | null {
    return this.#open;
  }

  show(name: DialogName): void {
    this.#open = name;
  }

  close(): void {
    this.#open = null;
  }
}

export const dialogs = new Dialogs();
