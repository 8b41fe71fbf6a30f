import type { Page } from '@playwright/test';

/** Drops files or folders of the disk on a point of the page, as a file manager does: through the DevTools protocol. */
export async function dropPaths(page: Page, paths: readonly string[], x = 700, y = 450): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await session.detach();
}
