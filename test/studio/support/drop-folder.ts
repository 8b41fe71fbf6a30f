import { expect, type Page } from '@playwright/test';

/**
 * Holds files or folders of the disk over a point of the page, as a file manager does: through the DevTools protocol.
 *
 * @returns lets go of them. Like a hand it does so only when the page shows that it will take what is held over it.
 */
export async function holdPaths(page: Page, paths: readonly string[], x = 700, y = 450): Promise<() => Promise<void>> {
  await expect(page.getByRole('main')).not.toBeEmpty();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x, y, data });
  await send('dragEnter');
  await expect(page.getByText('Drop folders to add them')).toBeVisible();
  await send('dragOver');
  return async () => {
    await send('drop');
    await expect(page.getByText('Drop folders to add them')).toBeHidden();
    await session.detach();
  };
}

/** Holds them there, and drops them. */
export async function dropPaths(page: Page, paths: readonly string[], x?: number, y?: number): Promise<void> {
  const drop = await holdPaths(page, paths, x, y);
  await drop();
}
