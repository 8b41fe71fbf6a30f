import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';

/** Pastes a picture into the page, as if it had been copied from another program. */
export async function paste(page: Page, path: string): Promise<void> {
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, readFileSync(path).toString('base64'));
}
