/** Views kept by name: found again from anywhere, by every window, after a restart, and brought back by undo. */
import type { Page } from '@playwright/test';
import { expect, trainedTest as test } from './support/studio-test.ts';

const views = (page: Page) => page.getByRole('region', { name: 'Views' });
const files = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true });

/** Keeps the flags, the largest first, as a view. */
async function keepFlags(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'flags 32' }).click();
  await page.getByRole('combobox', { name: 'Sort' }).selectOption({ label: 'largest first' });
  await expect(files(page, '32 files')).toBeVisible();
  await views(page).getByRole('button', { name: 'Keep this view …' }).click();
  await page.getByRole('textbox', { name: 'Name of the view' }).fill(name);
  await page.keyboard.press('Enter');
  await expect(views(page).getByRole('button', { name, exact: true })).toHaveAttribute('aria-current', 'true');
}

test('a view is kept, shown again by a click and from the palette, and is there after a kill', async ({
  page,
  engine,
  watch,
}) => {
  await keepFlags(page, 'big flags');
  await expect(views(page).getByRole('button', { name: 'Keep this view …' })).toBeHidden();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('combobox', { name: 'Sort' }).selectOption({ label: 'by name' });
  await expect(files(page, '96 files')).toBeVisible();
  await views(page).getByRole('button', { name: 'big flags', exact: true }).click();
  await expect(files(page, '32 files')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('largest');

  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  watch.expectLostEngine();
  await engine.killAtOnce();
  await expect(page.getByText('The engine is not answering')).toBeVisible();
  await engine.start();
  await expect(page.getByText('The engine is not answering')).toBeHidden();
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('big fl');
  await page.keyboard.press('Enter');
  await expect(files(page, '32 files')).toBeVisible();
  await expect(page.getByRole('button', { name: 'flags 32' })).toHaveAttribute('aria-pressed', 'true');
});

test('a view that is removed in one window leaves the other, and undo brings it back to both', async ({
  page,
  context,
  engine,
}) => {
  await keepFlags(page, 'big flags');
  const other = await context.newPage();
  await other.goto(engine.origin);
  await expect(views(other).getByRole('button', { name: 'big flags', exact: true })).toBeVisible();
  await views(other).getByRole('button', { name: 'Remove the view big flags' }).click();
  for (const tab of [page, other]) {
    await expect(tab.getByRole('button', { name: 'big flags', exact: true })).toBeHidden();
  }
  await other.getByRole('button', { name: 'Undo: Removed the view “big flags”' }).click();
  for (const tab of [page, other]) {
    await expect(views(tab).getByRole('button', { name: 'big flags', exact: true })).toBeVisible();
  }
});
