import { expect, type Page } from '@playwright/test';

/** Starts the smallest training by the window's own dials: a small network on batches of 32, for some minutes. */
export async function startTraining(page: Page, name: string, minutes: number): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill(String(minutes));
  await page.getByText('All dials').click();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await page.getByLabel('Images in a batch').fill('32');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('main').getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}
