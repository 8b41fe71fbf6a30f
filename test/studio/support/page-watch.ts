import { expect, type Page } from '@playwright/test';

const watches = new WeakMap<Page, PageWatch>();

/** Listens to a page for what must never happen: errors of its scripts, and whatever its security policy stopped. */
export class PageWatch {
  readonly #page: Page;
  readonly #faults: string[] = [];
  #isEngineExpected = true;
  #refused: string | null = null;

  constructor(page: Page) {
    this.#page = page;
    watches.set(page, this);
  }

  static of(page: Page): PageWatch {
    return watches.get(page)!;
  }

  async begin(): Promise<void> {
    await this.#page.exposeFunction('kindredViolation', (text: string) => this.#faults.push(`policy: ${text}`));
    await this.#page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        const { violatedDirective, blockedURI } = event;
        void (globalThis as unknown as { kindredViolation: (text: string) => void }).kindredViolation(
          `${violatedDirective} ${blockedURI}`,
        );
      });
    });
    this.#page.on('pageerror', (error) => this.#faults.push(`error: ${error.stack ?? error.message}`));
    this.#page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const isConnection = message.text().startsWith('Failed to load resource: net::ERR_');
      const { url } = message.location();
      const isRefusal = this.#refused !== null && url.includes(this.#refused) && / 4\d\d /.test(message.text());
      if (!isRefusal && (this.#isEngineExpected || !isConnection))
        this.#faults.push(`console: ${message.text()} ${url}`);
    });
  }

  /** From here on requests may fail: the test ends the engine. */
  expectLostEngine(): void {
    this.#isEngineExpected = false;
  }

  /** @param path of what the engine will refuse to do from here on, or a part of it. */
  expectRefusalOf(path: string): void {
    this.#refused = path;
  }

  expectNoFaults(): void {
    expect(this.#faults, 'what went wrong on the page').toEqual([]);
  }
}
