import type { Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const QUALITY = 82;
const folder = fileURLToPath(new URL('../../../resources/screenshots', import.meta.url));

/** Photographs the window, once light and once dark, as WebP; where the pictures lie on this machine is not shown. */
export class Camera {
  readonly #page: Page;
  readonly #prefix: string;
  readonly #hidden: string[];

  /**
   * @param prefix before the names of all pictures; says whose images they show.
   * @param imageFolder its parent is shown as `~/Pictures`.
   */
  constructor(page: Page, prefix: string, imageFolder: string) {
    this.#hidden = [dirname(imageFolder)];
    this.#page = page;
    this.#prefix = prefix;
    mkdirSync(folder, { recursive: true });
  }

  /** @param name of the state, kebab-case. */
  async take(name: string): Promise<void> {
    const session = await this.#page.context().newCDPSession(this.#page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.#page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.#settle();
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
      writeFileSync(join(folder, `${this.#prefix}${name}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
    }
    await session.detach();
    console.log(`${this.#prefix}${name}`);
  }

  /** Waits until all pictures in sight are decoded and two frames are drawn. */
  async #settle(): Promise<void> {
    await this.#page.locator('[role=gridcell][aria-label=Loading]').first().waitFor({ state: 'detached' });
    await this.#page.evaluate(async (hidden) => {
      for (const { firstChild: text } of document.querySelectorAll('.path')) {
        const place = hidden.find((one) => text?.nodeValue?.startsWith(one));
        if (text && place) text.nodeValue = text.nodeValue!.replace(place, '~/Pictures');
      }
      await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
      const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
      await frame();
      await frame();
    }, this.#hidden);
  }
}
