/** The queue of runs when what waits in it goes, and work of the engine that is cut off and taken up again. */
import type { Page } from '@playwright/test';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { picturesOf, sampleFolder } from './support/sample-folder.ts';
import { startTraining } from './support/start-training.ts';
import { expect, trainedTest as test } from './support/studio-test.ts';

const training = /^step [1-9]\d* of \d+/;
const button = (page: Page, name: string | RegExp) => page.getByRole('main').getByRole('button', { name, exact: true });
const runs = (page: Page) => page.getByRole('complementary', { name: 'Runs' });

/** By the dials of a new run, while another trains. */
async function queueRun(page: Page, name: string): Promise<void> {
  await button(page, 'New run').click();
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill('5');
  const preset = page.getByRole('combobox', { name: 'Preset' });
  if (!(await preset.isVisible())) await page.getByText('All dials').click();
  await preset.selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('32');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await button(page, 'Train after the one that runs').click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

async function removeShown(page: Page, name: string): Promise<void> {
  await button(page, 'Remove …').click();
  const question = page.getByRole('dialog', { name: `Remove the run “${name}”?` });
  await question.getByRole('button', { name: 'Remove the run' }).click();
  await expect(question).toHaveCount(0);
  await expect(runs(page).getByRole('button', { name: new RegExp(`^${name}`) })).toHaveCount(0);
}

test('runs that are removed while they wait leave the queue, and the next one trains', async ({ page }) => {
  test.setTimeout(240_000);
  await startTraining(page, 'first', 5);
  // From before the first step on Pause stays where it is.
  await expect(button(page, 'Stop and keep')).toBeDisabled();
  const before = await button(page, 'Pause').boundingBox();
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await expect(button(page, 'Stop and keep')).toBeEnabled();
  const running = await button(page, 'Pause').boundingBox();
  expect(running!.x).toBe(before!.x);
  await queueRun(page, 'never begun');
  await removeShown(page, 'never begun');
  await queueRun(page, 'come back');
  await button(page, 'Leave the queue').click();
  await button(page, 'Resume').click();
  await expect(button(page, 'Leave the queue')).toBeVisible();
  await removeShown(page, 'come back');
  await queueRun(page, 'last');
  await runs(page)
    .getByRole('button', { name: /^first/ })
    .click();
  await button(page, 'Pause').click();
  await runs(page).getByRole('button', { name: /^last/ }).click();
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Training failed')).toHaveCount(0);
  await button(page, 'Pause').click();
  await expect(button(page, 'Resume')).toBeVisible();
});

test('a run that has left the queue keeps nothing from being measured', async ({ page }) => {
  test.setTimeout(240_000);
  await startTraining(page, 'first', 5);
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await queueRun(page, 'second');
  await button(page, 'Leave the queue').click();
  await expect(button(page, 'Resume')).toBeVisible();
  await runs(page)
    .getByRole('button', { name: /^first/ })
    .click();
  await button(page, 'Pause').click();
  await expect(button(page, 'Resume')).toBeVisible();
  await button(page, 'New run').click();
  await expect(page.getByText(/^at [\d,]+ views\/s, measured just now$/)).toBeVisible({ timeout: 90_000 });
});

test('new images are looked at by the encoder, also when the engine ends while it does', async ({
  page,
  engine,
  trainedFolder,
  watch,
}) => {
  test.setTimeout(240_000);
  const added = picturesOf('activities')
    .slice(0, 3)
    .map((name) => ({ from: join(sampleFolder, 'activities', name), to: join(trainedFolder, 'emoji', 'flags', name) }));
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(page.getByRole('combobox', { name: 'Encoder that answers' })).toBeVisible();
  watch.expectLostEngine();
  try {
    for (const { from, to } of added) cpSync(from, to);
    await expect(page.getByText('Looking at all images with “ten steps”')).toBeVisible({ timeout: 30_000 });
    await engine.killAtOnce();
    await engine.start();
    await expect(page.getByText('The engine is not answering')).toBeHidden();
    await expect(page.getByText('3 images not seen yet')).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText('“ten steps” has looked at 3 more images.')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('not seen yet')).toHaveCount(0);
  } finally {
    for (const { to } of added) rmSync(to);
  }
});
