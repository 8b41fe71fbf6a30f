/** Folders that are dropped again: changed, of a name that is taken, and with files in them that cannot be taken. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropPaths, holdPaths } from './support/drop-folder.ts';
import { picturesOf, sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test } from './support/studio-test.ts';

test('a folder that has changed is dropped again: new files come, gone ones are missing, labels stay', async ({
  page,
  folder,
}) => {
  const pictures = smallSample(folder, ['animals-nature', 'flags'], 24);
  await dropPaths(page, [pictures]);
  await expect(page.getByText('emoji: 48 new files.')).toBeVisible();
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.keyboard.press('l');
  await page.keyboard.type('moth');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('gridcell', { name: 'ant.png, moth' })).toBeVisible();
  rmSync(join(pictures, 'flags', picturesOf('flags')[0]!));
  cpSync(join(sampleFolder, 'food-drink', picturesOf('food-drink')[0]!), join(pictures, 'flags', 'new.png'));
  await dropPaths(page, [pictures]);
  await expect(page.getByText('emoji: 1 new file, 1 missing file.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'animals-nature 23' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'flags 25' })).toBeVisible();
  await expect(page.getByRole('button', { name: '1 missing' })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: 'ant.png, moth' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Data set' }).locator('option')).toHaveText(['emoji']);
});

test('another folder of the same name becomes a data set of its own', async ({ page, folder }) => {
  await dropPaths(page, [smallSample(folder, ['flags'], 24)]);
  await expect(page.getByText('emoji: 24 new files.')).toBeVisible();
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  await dropPaths(page, [smallSample(elsewhere, ['food-drink'], 8)]);
  await expect(page.getByText('emoji 2: 8 new files.')).toBeVisible();
  const datasets = page.getByRole('combobox', { name: 'Data set' });
  await expect(datasets.locator('option')).toHaveText(['emoji', 'emoji 2']);
  // What was added is what is looked at.
  await expect(datasets.locator('option:checked')).toHaveText('emoji 2');
  await expect(page).toHaveURL(/dataset=2/);
  await expect(page.getByRole('gridcell')).toHaveCount(8);
});

test('a data set that another page adds does not take the place of the one that is looked at', async ({
  page,
  folder,
  engine,
}) => {
  await dropPaths(page, [smallSample(folder, ['flags'], 12)]);
  await expect(page.getByText('emoji: 12 new files.')).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(engine.origin);
  await expect(other.getByRole('gridcell')).toHaveCount(12);
  const before = join(folder, 'aaa');
  mkdirSync(before);
  cpSync(join(sampleFolder, 'food-drink', picturesOf('food-drink')[0]!), join(before, 'one.png'));
  await other.getByRole('button', { name: 'Add folders …' }).click();
  await other.getByLabel('Paths of folders').fill(before);
  await other.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(other.getByRole('gridcell')).toHaveCount(1);
  const datasets = page.getByRole('combobox', { name: 'Data set' });
  await expect(datasets.locator('option')).toHaveText(['aaa', 'emoji']);
  await expect(datasets.locator('option:checked')).toHaveText('emoji');
  await expect(page.getByRole('gridcell')).toHaveCount(12);
});

test('what is dropped arrives although the screen below it has changed since', async ({ page, folder, engine }) => {
  const before = join(folder, 'before');
  mkdirSync(before);
  cpSync(join(sampleFolder, 'flags', picturesOf('flags')[0]!), join(before, 'one.png'));
  const other = await page.context().newPage();
  await other.goto(engine.origin);
  await other.getByRole('button', { name: 'Add folders …' }).click();
  await page.bringToFront();
  const drop = await holdPaths(page, [smallSample(folder, ['food-drink'], 8)]);
  await other.getByLabel('Paths of folders').fill(before);
  await other.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('gridcell', { name: 'one.png' })).toBeVisible();
  await drop();
  await expect(page.getByText('emoji: 8 new files.')).toBeVisible();
});

test('a file that is refused is told and left out, and what is no picture is not sent', async ({
  page,
  folder,
  watch,
}) => {
  const pictures = smallSample(folder, ['flags'], 6);
  cpSync(join(pictures, 'flags', picturesOf('flags')[0]!), join(pictures, 'flags', 'odd\u0007name.png'));
  writeFileSync(join(pictures, 'flags', 'film.mp4'), 'x');
  writeFileSync(join(pictures, 'flags', '.hidden.png'), 'x');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT') sent.push(decodeURIComponent(request.headers()['x-kindred-path']!));
  });
  watch.expectRefusalOf('/uploads/folder/');
  await dropPaths(page, [pictures]);
  await expect(page.getByText('emoji: 7 new files, 1 file with a problem.')).toBeVisible();
  await expect(page.getByText('1 file was not taken, the first: emoji/flags/odd')).toBeVisible();
  expect(sent.filter((path) => /film|hidden/.test(path))).toEqual([]);
  expect(sent).toHaveLength(7);
});
