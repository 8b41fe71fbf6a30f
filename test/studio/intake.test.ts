import { join } from 'node:path';
import { dropPaths } from './support/drop-folder.ts';
import { sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test } from './support/studio-test.ts';

test('a folder that is dropped becomes a grid of pictures, its sub-folders labels', async ({ page, folder }) => {
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await dropPaths(page, [smallSample(folder, ['animals-nature', 'flags'], 24)]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  const grid = page.getByRole('grid', { name: 'Images' });
  const ant = grid.getByRole('gridcell', { name: 'ant.png, animals-nature' });
  await expect(ant.getByRole('presentation')).toHaveJSProperty('complete', true);
  await expect(ant.getByRole('presentation')).not.toHaveJSProperty('naturalWidth', 0);
  await expect(page.getByRole('button', { name: 'flags 24' })).toBeVisible();
  await expect(page.getByText('emoji: 48 new files.')).toBeVisible();
});

test('paths that are pasted are read where they are', async ({ page }) => {
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill(join(sampleFolder, 'flags'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.getByRole('gridcell').first().click();
  await expect(page.getByText(join(sampleFolder, 'flags'), { exact: false }).last()).toBeVisible();
});

test('a path that is not there is said, and nothing is added', async ({ page }) => {
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill('/nowhere/moths');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('/nowhere/moths').last()).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: '/nowhere/moths' })).toBeVisible();
});
