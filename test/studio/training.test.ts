/** Runs: waiting for their turn, kept before their end, trained further, named, compared, removed, and failing. */
import type { Page } from '@playwright/test';
import { failRun, startTraining } from './support/start-training.ts';
import { expect, trainedTest as test } from './support/studio-test.ts';

const training = /^step [1-9]\d* of \d+/;
const button = (page: Page, name: string | RegExp) => page.getByRole('main').getByRole('button', { name });
const runs = (page: Page) => page.getByRole('complementary', { name: 'Runs' });

async function showRun(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await runs(page).getByRole('button', { name }).click();
}

test('a second run waits, leaves the queue, comes back to it, and trains when the first is kept', async ({ page }) => {
  test.setTimeout(240_000);
  await startTraining(page, 'first', 5);
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await button(page, 'New run').click();
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill('5');
  await page.getByText('All dials').click();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('48');
  await page.getByLabel('Name', { exact: true }).fill('second');
  await button(page, 'Train after the one that runs').click();
  await expect(page.getByText('It is next; one run trains at a time.')).toBeVisible();
  await expect(runs(page).getByText('next in line')).toBeVisible();
  await button(page, 'Leave the queue').click();
  await button(page, 'Resume').click();
  await expect(page.getByText('It is next; one run trains at a time.')).toBeVisible();

  await showRun(page, /^first/);
  await button(page, 'Stop and keep').click();
  await expect(runs(page).getByText(/^finished/)).toHaveCount(2);
  await showRun(page, /^second/);
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await button(page, 'Pause').click();
  await expect(button(page, 'Resume')).toBeVisible();

  await page.getByRole('checkbox', { name: 'Compare first' }).check();
  await page.getByRole('checkbox', { name: 'Compare second' }).check();
  const loss = page.getByRole('img', { name: /^Loss\./ });
  await expect(loss).toHaveAttribute('aria-label', /first: [\d.]+ at step \d+; second: [\d.]+ at step \d+/);
  await expect(page.getByRole('row', { name: 'Images in a batch 32 48' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Side of a view/ })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { name: '2 runs' })).toBeVisible();
});

test('a finished run is trained for longer, from the encoder it has', async ({ page }) => {
  await showRun(page, /^ten steps/);
  await page.getByText('Train for longer').click();
  await button(page, '15 minutes more').click();
  await expect(page.getByRole('heading', { name: 'ten steps', exact: true })).toBeHidden();
  await expect(page.getByText(training)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/^on the (processor|GPU) · (float32|bfloat16) · .* of memory$/)).toBeVisible();
  const pinned = page.getByRole('region', { name: 'Most similar, as the encoder sees it' });
  await expect(pinned.getByRole('img', { name: 'Neighbour 1 of pinned image 1' })).toBeVisible();
  await button(page, 'Pause').click();
  await expect(button(page, 'Resume')).toBeVisible();
});

test('a run is renamed in place, and removed with what is said to go', async ({ page }) => {
  await showRun(page, /^ten steps/);
  await button(page, 'Rename the run').click();
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('a first try');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'a first try' })).toBeVisible();
  await expect(runs(page).getByRole('button', { name: /^a first try/ })).toBeVisible();
  await button(page, 'Remove …').click();
  const question = page.getByRole('dialog', { name: 'Remove the run “a first try”?' });
  await expect(question.getByText(/^[1-9]\d* checkpoints? and 96 embeddings are erased\./)).toBeVisible();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await button(page, 'Remove …').click();
  await question.getByRole('button', { name: 'Remove the run' }).click();
  await expect(runs(page).getByRole('button', { name: /^a first try/ })).toHaveCount(0);
  await page.getByRole('navigation').getByRole('button', { name: 'Images' }).click();
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(page.getByText('train to search by content')).toBeVisible();
});

test('a run whose numbers run away says so, and starts over with half the rate at a press', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  const failure = await failRun(page, 'too fast');
  await expect(failure.getByText(/Loss is not finite at step \d+/)).toBeVisible();
  await expect(failure.getByText(/^training.diverged at step \d+/)).toBeVisible();
  await failure.getByRole('button', { name: 'Start over with half the learning rate (450)' }).click();
  await expect(page.getByRole('heading', { name: 'too fast' })).toBeHidden();
  await page.getByRole('checkbox', { name: 'Compare too fast' }).check();
  await page.getByRole('checkbox', { name: /^Compare emoji/ }).check();
  await expect(page.getByRole('row', { name: /^Base learning rate (900 450|450 900)$/ })).toBeVisible();
});

test('what a run takes and why it runs where it does is said before its start, after measuring', async ({ page }) => {
  test.setTimeout(120_000);
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await expect(page.getByText('being measured, some seconds …').first()).toBeVisible();
  await expect(page.getByText(/^at [\d,]+ views\/s, measured just now$/)).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText(/^about [\d.]+ [MG]B of [\d.]+ GB$/)).toBeVisible();
  await expect(page.getByText(/\d epochs\)/)).toBeVisible();
  await expect(page.getByText(/^(CPU|GPU)( although .*)?: .*/)).toBeVisible();
});

test('what an earlier run of the same network was measured at is said at once', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByText('All dials').click();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('32');
  await page.keyboard.press('Tab');
  await expect(page.getByText(/^at [\d,]+ views\/s, as the run “ten steps” was$/)).toBeVisible();
  await expect(page.getByText(/^about [\d.]+ [MG]B of [\d.]+ GB$/)).toBeVisible();
});
