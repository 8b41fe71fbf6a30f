import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { takeExclusive } from '../../src-main/database/exclusive-lock.ts';
import { expectAccessible } from './support/accessibility.ts';
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

test('a run that a kill cut off is said to be, at every start, until it is resumed or the notice is put away', async ({
  page,
  folder,
  engine,
  watch,
}) => {
  const notice = page.getByRole('region', { name: 'An interrupted run' });
  const cutOff = async (): Promise<void> => {
    await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    watch.expectLostEngine();
    await engine.killAtOnce();
    await engine.start();
    await expect(page.getByText('The engine is not answering')).toBeHidden();
    await expect(notice).toContainText(
      /moths was interrupted at step [1-9]\d*\. (Nothing is lost|Its last checkpoint)/,
    );
  };
  const startAgain = async (): Promise<void> => {
    watch.expectLostEngine();
    await engine.stop();
    await engine.start();
    await page.reload();
    await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  };
  await dropPaths(page, [smallSample(folder, ['flags', 'food-drink'], 24)]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  await startTraining(page, 'moths', 5);

  await test.step('one click goes on', async () => {
    await cutOff();
    await startAgain();
    await expect(notice).toBeVisible();
    await expectAccessible(page, 'a notice of an interrupted run');
    await notice.getByRole('button', { name: 'Resume' }).click();
    await expect(notice).toBeHidden();
    await page.getByRole('button', { name: /^Training/ }).click();
  });

  await test.step('the run says it in its own place, where it can be put away for good', async () => {
    await cutOff();
    await notice.getByRole('button', { name: 'moths' }).click();
    await expect(notice).toBeHidden();
    await expect(page.getByRole('complementary', { name: 'Runs' }).getByText(/^interrupted/)).toBeVisible();
    await expect(page.getByText(/^It was interrupted at step [1-9]\d*\.$/)).toBeVisible();
    await expectAccessible(page, 'an interrupted run');
    await page.getByRole('button', { name: 'Put the notice away' }).click();
    await expect(page.getByRole('complementary', { name: 'Runs' }).getByText(/^paused/)).toBeVisible();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await startAgain();
    await expect(page.getByRole('button', { name: 'Images', exact: true })).toBeVisible();
    await expect(notice).toHaveCount(0);
  });
});
