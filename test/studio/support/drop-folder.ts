import { expect, type Page } from '@playwright/test';

/**
 * Drops files or folders of the disk on a point of the page, as a file manager does: through the DevTools protocol. Like
 * a hand it lets go only when the page shows that it will take what is held over it, and after what `whileHeld` does.
 */
export async function dropPaths(
  page: Page,
  paths: readonly string[],
  { x = 700, y = 450, whileHeld = async () => {} } = {},
): Promise<void> {
  await expect(page.getByRole('main')).not.toBeEmpty();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x, y, data });
  await send('dragEnter');
  await expect(page.getByText('Drop folders to add them')).toBeVisible();
  await send('dragOver');
  await whileHeld();
  await send('drop');
  await expect(page.getByText('Drop folders to add them')).toBeHidden();
  await session.detach();
}
