/** What can be taken back, also by an engine that was not there when it was done. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, trainedTest as test } from './support/studio-test.ts';

test('a data set that was removed comes back with its labels, after a kill and all', async ({
  page,
  engine,
  watch,
}) => {
  const cell = (name: string) => page.getByRole('gridcell', { name, exact: true });
  await cell('ant.png, animals-nature').click();
  await page.keyboard.press('l');
  await page.keyboard.type('insect');
  await page.keyboard.press('Enter');
  await expect(cell('ant.png, insect')).toBeVisible();

  await page.getByLabel('More about emoji').click();
  await page.getByRole('button', { name: 'Remove …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove emoji from the library?' });
  await expect(dialog.getByText('97 files and 96 images leave the library, with 1 label you gave them')).toBeVisible();
  await expect(dialog.getByText('Undo brings it back.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove 97 files' }).click();
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();

  watch.expectLostEngine();
  await engine.killAtOnce();
  await expect(page.getByText('The engine is not answering')).toBeVisible();
  await engine.start();
  await page.getByRole('button', { name: 'Undo: Removed “emoji”: 97 files' }).click();
  await expect(cell('ant.png, insect')).toBeVisible();
  await page.getByRole('button', { name: /^Undo: Labelled “insect”/ }).click();
  await expect(cell('ant.png, animals-nature')).toBeVisible();
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await expect(page.getByRole('application', { name: /^Map of 96 images/ })).toBeVisible({ timeout: 60_000 });
});

/** How many pictures lie in the library's folder of thumbnails. */
const thumbnailsIn = (library: string): number =>
  readdirSync(join(library, 'thumbnails'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.webp'),
  ).length;

test('a data set that is erased at once is said to be gone for good, and is, also when the engine is killed', async ({
  page,
  engine,
  library,
  watch,
}) => {
  expect(thumbnailsIn(library)).toBe(96);
  await page.getByLabel('More about emoji').click();
  await page.getByRole('button', { name: 'Remove …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove emoji from the library?' });
  await dialog.getByRole('checkbox', { name: 'Erase at once' }).check();
  await expect(dialog.getByText('This can’t be undone.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove 97 files' }).click();
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Nothing to undo' })).toBeVisible();
  watch.expectLostEngine();
  await engine.killAtOnce();
  await engine.start();
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await expect.poll(() => thumbnailsIn(library), { timeout: 30_000 }).toBe(0);
});
