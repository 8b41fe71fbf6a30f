import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { takeExclusive } from '../../src-main/database/exclusive-lock.ts';
import { dropPaths } from './support/drop-folder.ts';
import { smallSample } from './support/sample-folder.ts';
import { startTraining } from './support/start-training.ts';
import { expect, test } from './support/studio-test.ts';

const training = /^step [1-9]\d* of \d+/;

test('a run whose engine was killed rests as soon as its orphaned trainer has ended', async ({
  page,
  folder,
  engine,
  watch,
}) => {
  await dropPaths(page, [smallSample(folder, ['flags', 'food-drink'], 24)]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  await startTraining(page, 'orphan', 5);
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  watch.expectLostEngine();
  const thaw = await engine.killWithFrozenChildren();
  await engine.start();
  await expect(page.getByText('The engine is not answering')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  thaw();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('a run that is resumed while its orphaned trainer still holds it goes on after it', async ({ page, folder }) => {
  await dropPaths(page, [smallSample(folder, ['flags', 'food-drink'], 24)]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  await startTraining(page, 'held', 5);
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  const runs = join(folder, 'library', 'runs');
  const lock = join(runs, readdirSync(runs)[0]!, 'run.lock');
  let release: (() => void) | null = null;
  await expect.poll(() => (release = takeExclusive(lock)) !== null).toBe(true);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.getByText('It waits for its turn')).toBeVisible();
  release!();
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
});
