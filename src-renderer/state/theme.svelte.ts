/** Light, dark, or what the system says. */
export type Theme = 'system' | 'light' | 'dark';
const STORED = 'kindred-theme';

class ThemeChoice {
  readonly #system = matchMedia('(prefers-color-scheme: dark)');
  #theme = $state<Theme>(read());
  #isSystemDark = $state(this.#system.matches);

  constructor() {
    apply(this.#theme);
    this.#system.addEventListener('change', ({ matches }) => (this.#isSystemDark = matches));
  }

  /** What is on screen now; follows the system while it is left to it. */
  get isDark(): boolean {
    return this.#theme === 'system' ? this.#isSystemDark : this.#theme === 'dark';
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
