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
