/** Light, dark, or what the system says. */
export type Theme = 'system' | 'light' | 'dark';
const STORED = 'kindred-theme';

class ThemeChoice {
  #theme = $state<Theme>(read());

  constructor() {
    apply(this.#theme);
  }

  get value(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    localStorage.setItem(STORED, theme);
    apply(theme);
  }
}

function read(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const theme = new ThemeChoice();
