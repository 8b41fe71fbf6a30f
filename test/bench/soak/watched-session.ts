/** A tab that is driven, and what it must never do: fail a step, throw, break its security policy. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { PATIENCE_MS } from './patience.ts';

const VIEWPORT = { width: 1440, height: 900 };

export class WatchedSession {
  readonly page: Page;
  readonly faults: string[] = [];
  readonly #evidence: string;
  #steps = 0;

  private constructor(page: Page, evidence: string) {
    this.page = page;
    this.#evidence = evidence;
  }

  /** @param evidence a folder for what the tab showed when a step failed. */
  static async open(context: BrowserContext, address: string, evidence: string): Promise<WatchedSession> {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.setViewportSize(VIEWPORT);
    const session = new WatchedSession(page, evidence);
    page.on('pageerror', (error) => session.faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') session.faults.push(`console: ${message.text()}`);
    });
    page.on('crash', () => session.faults.push('the tab crashed'));
    await page.goto(address);
    return session;
  }

  get stepsMade(): number {
    return this.#steps;
  }

  /** Makes a step; one that fails is a fault, after which the session goes on from the images. */
  async step(name: string, make: (page: Page) => Promise<void>): Promise<void> {
    this.#steps += 1;
    try {
      await make(this.page);
    } catch (error) {
      this.faults.push(`${name}: ${error instanceof Error ? firstLines(error.message) : String(error)}`);
      await this.page.bringToFront();
      await this.#keepEvidence(name, error).catch((reason: unknown) => console.error(reason));
      await this.page.goto(`${new URL(this.page.url()).origin}/?screen=images`);
    }
  }

  async #keepEvidence(name: string, error: unknown): Promise<void> {
    const path = join(this.#evidence, `fault-${this.#steps}`);
    const told = error instanceof Error ? error.stack : String(error);
    const seen = await this.page.locator('body').ariaSnapshot();
    writeFileSync(`${path}.txt`, [name, new Date().toISOString(), this.page.url(), told, seen].join('\n\n'));
    await this.page.screenshot({ path: `${path}.png` });
  }
}

/** What failed and what it waited for. */
function firstLines(message: string): string {
  return message.split('\n').slice(0, 3).join(' ').replaceAll(/\s+/g, ' ');
}
