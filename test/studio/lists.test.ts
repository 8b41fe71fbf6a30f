/** Lists of files and the keys on them: where they stand, what a key is for, and what is chosen while answers are late. */
import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { sampleFolder } from './support/sample-folder.ts';
import { expect, trainedTest as test } from './support/studio-test.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Images' });
const found = (page: Page) => page.getByRole('grid', { name: 'Similar images' });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected files' });
const loupe = (page: Page) => page.getByRole('dialog', { name: /, enlarged$/ });

test('a search begins at its first result, and the list is on the way back where it was left', async ({ page }) => {
  await page.getByRole('slider', { name: 'Size of pictures' }).fill('320');
  await expect(grid(page).getByRole('gridcell').first()).toBeInViewport();
  await grid(page).focus();
  await page.keyboard.press('Control+End');
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', 'cell-95');
  await expect(page.locator('#cell-95')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(found(page).getByRole('gridcell').first()).toBeInViewport();
  await expect(found(page)).toHaveAttribute('aria-activedescendant', 'cell-0');
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await expect(found(page)).toHaveAttribute('aria-activedescendant', 'cell-0');
  await expect(found(page).locator('#cell-0')).toBeInViewport();
  await page.getByRole('button', { name: 'All images' }).click();
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', 'cell-95');
  await expect(page.locator('#cell-95')).toBeInViewport();
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByRole('navigation').getByRole('button', { name: 'Images' }).click();
  await expect(page.locator('#cell-95')).toBeInViewport();
});

test('keys in the loupe are the loupe’s, wherever one clicked', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.keyboard.press('Control+f');
  await expect(loupe(page)).toHaveCount(0);
  await page.keyboard.press('f');
  await expect(loupe(page)).toBeVisible();
  for (const key of ['l', 't', 'o', '3']) await page.keyboard.press(key);
  await expect(page).not.toHaveURL(/screen=train|only=/);
  const first = await loupe(page).getByRole('status').textContent();
  await loupe(page).getByRole('status').click();
  await page.keyboard.press('ArrowRight');
  await expect(loupe(page).getByRole('status')).not.toHaveText(first!);
  await page.keyboard.press('f');
  await expect(loupe(page)).toHaveCount(0);
  await expect(bar(page).getByRole('textbox')).toHaveCount(0);
});

test('steps of a range that follow each other fast are all taken, though the answers come late', async ({ page }) => {
  const delaysMs = [600, 300, 0];
  let answered = 0;
  await page.route('**/rpc/file/ids', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, delaysMs.shift() ?? 0));
    await route.fulfill({ response: await route.fetch() });
    answered += 1;
  });
  await page.getByRole('gridcell').first().click();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  await expect(bar(page).getByText('4 files')).toBeVisible();
  // The answer that comes last is to the first step.
  await expect.poll(() => answered).toBe(3);
  await expect(bar(page).getByText('4 files')).toBeVisible();
});

test('a list that was put away for newer ones of other windows is opened again', async ({ page, context, watch }) => {
  watch.expectRefusalOf('/rpc/file/ids');
  const other = await context.newPage();
  await other.goto(page.url());
  const name = other.getByRole('searchbox', { name: 'Find by name' });
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    const isOpened = other.waitForResponse('**/rpc/file/open');
    await name.fill(letter);
    await isOpened;
  }
  await grid(page).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar(page).getByText('96 files')).toBeVisible();
});

test('a picture chosen by a file chooser is searched by', async ({ page }) => {
  const chooser = page.getByLabel('Find images like a picture of yours');
  await chooser.setInputFiles(join(sampleFolder, 'animals-nature', 'ant.png'));
  await expect(found(page).getByRole('gridcell').first()).toHaveAccessibleName(/^ant\.png/);
});

test('a label that the engine did not get stays typed', async ({ page, watch }) => {
  watch.expectLostEngine();
  await page.route('**/rpc/file/setLabel', (route) => route.abort());
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.keyboard.press('l');
  const field = bar(page).getByRole('combobox').or(bar(page).getByRole('textbox'));
  await field.fill('moth');
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('moth');
  await page.unroute('**/rpc/file/setLabel');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('gridcell', { name: 'ant.png, moth' })).toBeVisible();
  await page.getByRole('button', { name: /^Undo:/ }).click();
  await expect(page.getByRole('gridcell', { name: 'ant.png, moth' })).toHaveCount(0);
});
