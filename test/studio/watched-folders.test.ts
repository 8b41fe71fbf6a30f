import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { picturesOf, sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test } from './support/studio-test.ts';

test('what changes in a folder that was added by its path is seen by itself', async ({ page, folder }) => {
  const pictures = smallSample(folder, ['flags'], 12);
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill(pictures);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: '12 files' })).toBeVisible();

  const [added] = picturesOf('activities');
  cpSync(join(sampleFolder, 'activities', added!), join(pictures, 'flags', 'new.png'));
  await expect(page.getByRole('heading', { name: '13 files' })).toBeVisible();
  await expect(page.getByText('13 files').first()).toBeVisible();

  // A whole folder that is moved in, under a name with a dot, and one that is created and filled.
  const aside = join(folder, 'aside', 'trip.2026');
  cpSync(join(sampleFolder, 'symbols'), aside, { recursive: true });
  renameSync(aside, join(pictures, 'trip.2026'));
  mkdirSync(join(pictures, 'own'));
  cpSync(join(sampleFolder, 'activities', added!), join(pictures, 'own', 'again.png'));
  const total = 14 + picturesOf('symbols').length;
  await expect(page.getByRole('heading', { name: `${total} files` })).toBeVisible();

  rmSync(join(pictures, 'trip.2026'), { recursive: true });
  await expect(page.getByText(`${picturesOf('symbols').length} missing`).first()).toBeVisible();
});
