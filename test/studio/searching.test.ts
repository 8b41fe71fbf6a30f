/** Who answers a search, and what it has not seen. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { picturesOf, sampleFolder } from './support/sample-folder.ts';
import { expect, trainedTest as test } from './support/studio-test.ts';

test('another encoder can be asked, and reload asks it again', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  const encoder = page.getByRole('combobox', { name: 'Encoder that answers' });
  await expect(encoder.locator('option')).toHaveText(['ten steps, step 10', 'colour and shape']);
  await expect(encoder.locator('option:checked')).toHaveText('ten steps, step 10');
  const order = () => page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').allTextContents();
  const byContent = await order();
  expect(byContent.length).toBeGreaterThan(4);
  await encoder.selectOption('colour and shape');
  await expect(page).toHaveURL(/by=/);
  await expect.poll(order).not.toEqual(byContent);
  await page.reload();
  await expect(encoder.locator('option:checked')).toHaveText('colour and shape');
  await encoder.selectOption('ten steps, step 10');
  await expect(page).not.toHaveURL(/by=/);
  await expect.poll(order).toEqual(byContent);
});

test('a search says how many images its encoder has not seen', async ({ page, trainedFolder }) => {
  const added = picturesOf('activities')
    .slice(0, 2)
    .map((name) => ({ from: join(sampleFolder, 'activities', name), to: join(trainedFolder, 'emoji', 'flags', name) }));
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  const encoder = page.getByRole('combobox', { name: 'Encoder that answers' });
  await expect(encoder).toBeVisible();
  await expect(page.getByText('not seen yet')).toHaveCount(0);
  try {
    for (const { from, to } of added) cpSync(from, to);
    await expect(page.getByText('2 images not seen yet')).toBeVisible();
    // Colour and shape are looked at when an image comes.
    await encoder.selectOption('colour and shape');
    await expect(page.getByText('not seen yet')).toHaveCount(0);
  } finally {
    for (const { to } of added) rmSync(to);
  }
});
