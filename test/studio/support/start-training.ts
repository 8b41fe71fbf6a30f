import { expect, type Locator, type Page } from '@playwright/test';

/**
 * Starts the smallest training by the window's own dials: a small network on batches of 32, for some minutes.
 *
 * @param dials others, by what they are called.
 */
export async function startTraining(
  page: Page,
  name: string,
  minutes: number,
  dials: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill(String(minutes));
  const preset = page.getByRole('combobox', { name: 'Preset' });
  if (!(await preset.isVisible())) await page.getByText('All dials').click();
  await preset.selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('32');
  for (const [label, value] of Object.entries(dials)) await page.getByLabel(label).fill(value);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Train( after the one that runs)?$/ })
    .click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

/** On the screen of a new run: starts one whose steps are so long that its numbers run away. @returns what it says. */
export async function failRun(page: Page, name: string): Promise<Locator> {
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill('5');
  await page.getByText('All dials').click();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('32');
  await page.getByLabel('Base learning rate').fill('900');
  await page.getByLabel('Warm-up (epochs)').fill('0');
  await page.getByLabel('Weight decay').fill('1');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('main').getByRole('button', { name: 'Train', exact: true }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'The steps were too long and the numbers ran away' });
  await expect(failure).toBeVisible({ timeout: 60_000 });
  return failure;
}
