/** The whole path of a person, by mouse, on real pictures, with a kill of the engine half-way. */
import type { Locator, Page } from '@playwright/test';
import { join } from 'node:path';
import { dropPaths } from './support/drop-folder.ts';
import { picturesOf, sampleFolder, smallSample } from './support/sample-folder.ts';
import { startTraining } from './support/start-training.ts';
import { expect, test } from './support/studio-test.ts';

const LABELS = ['animals-nature', 'flags', 'food-drink'];
const PER_LABEL = 32;

const place = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const cell = (page: Page, name: string): Locator => page.getByRole('gridcell', { name });

/** What a canvas shows, as text to compare. */
const picturedOn = (canvas: Locator): Promise<string> =>
  canvas.evaluate((node) => (node as HTMLCanvasElement).toDataURL());

test('folder, labels, pairs, training through a kill, search, map, undo', async ({ page, folder, engine, watch }) => {
  test.setTimeout(360_000);

  await test.step('a dropped folder fills the grid', async () => {
    await dropPaths(page, [smallSample(folder, LABELS, PER_LABEL)]);
    await expect(page.getByRole('heading', { name: `${3 * PER_LABEL} files` })).toBeVisible();
    await expect(cell(page, 'ant.png, animals-nature')).toBeVisible();
  });

  await test.step('labels are corrected', async () => {
    await cell(page, 'ant.png').click();
    await cell(page, 'beetle.png').click({ modifiers: ['ControlOrMeta'] });
    const bar = page.getByRole('toolbar', { name: 'Selected files' });
    await expect(bar.getByText('2 files')).toBeVisible();
    await bar.getByRole('button', { name: 'Label' }).click();
    await bar.getByLabel('Label 2 files').fill('insects');
    await bar.getByRole('button', { name: 'Set label' }).click();
    await expect(cell(page, 'ant.png, insects')).toBeVisible();
    await expect(page.getByRole('button', { name: 'insects 2' })).toBeVisible();
  });

  await test.step('pairs follow a switch', async () => {
    await page.keyboard.press('Escape');
    await place(page, 'Pairs').click();
    const view = page.getByRole('img', { name: 'View 1 of image 2', exact: true });
    await expect(view).toBeVisible();
    const before = await picturedOn(view);
    await page.getByRole('checkbox', { name: 'Crop' }).uncheck();
    await expect.poll(() => picturedOn(view)).not.toBe(before);
    await expect(page.getByText('Without crops both views show the same thing')).toBeVisible();
    await expect(page.getByText('thrown away 0% and 0%').first()).toBeVisible();
  });

  await test.step('training starts and pauses', async () => {
    await startTraining(page, 'first', 0.5);
    await expect(page.getByText(/^step [1-9]\d* of \d+/)).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  });

  await test.step('the engine is killed and comes back; the run goes on where it was', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    watch.expectLostEngine();
    await engine.killAtOnce();
    await expect(page.getByText('The engine is not answering')).toBeVisible();
    await engine.start();
    await expect(page.getByText('The engine is not answering')).toBeHidden();
    await page.getByRole('button', { name: 'Resume' }).click();
    // Half a minute by the probe; longer on a machine that got busier since.
    await expect(page.getByText(/^finished/)).toBeVisible({ timeout: 180_000 });
    await expect(page.getByText('Searches are now answered by “first”.')).toBeVisible({ timeout: 30_000 });
  });

  await test.step('similar images by a click', async () => {
    await place(page, 'Images').click();
    await cell(page, 'deer.png').dblclick();
    const found = page.getByRole('grid', { name: 'Similar images' });
    await expect(found.getByRole('gridcell').first()).toBeVisible();
    await expect(page.getByText('by first')).toBeVisible();
  });

  await test.step('less like this', async () => {
    const found = page.getByRole('grid', { name: 'Similar images' });
    const order = await found.getByRole('gridcell').allInnerTexts();
    await found.getByRole('gridcell').nth(3).click();
    await page.getByRole('button', { name: 'Less like this' }).click();
    await expect(page.getByRole('img', { name: 'Counter-example 1' })).toBeVisible();
    await expect.poll(() => found.getByRole('gridcell').allInnerTexts()).not.toEqual(order);
  });

  await test.step('by a picture from outside', async () => {
    const outside = join(sampleFolder, 'flags', picturesOf('flags').at(-1)!);
    await dropPaths(page, [outside]);
    await expect(page.getByRole('img', { name: 'Example 1', exact: true })).toHaveAttribute('src', /\/uploads\//);
    await expect(page.getByRole('gridcell').first()).toBeVisible();
  });

  await test.step('by a part of a picture', async () => {
    await page.getByRole('button', { name: 'All images' }).click();
    await cell(page, 'cat.png').click();
    const frame = page.getByRole('application', { name: /^cat.png/ });
    const box = (await frame.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.1);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 });
    await page.mouse.up();
    await expect(page.getByText('part', { exact: true })).toBeVisible();
    await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
  });

  await test.step('a lasso on the map is the selection of the grid', async () => {
    await place(page, 'Map').click();
    await expect(page.getByRole('heading', { name: `${3 * PER_LABEL} images` })).toBeVisible({ timeout: 60_000 });
    const legend = page.getByRole('list', { name: 'Colours' }).getByRole('listitem');
    await expect(legend).toHaveText(['flags', 'food-drink', 'animals-nature', 'insects']);
    const map = page.getByRole('application', { name: /^Map of/ });
    const box = (await map.boundingBox())!;
    const corners = [
      [0.02, 0.02],
      [0.98, 0.02],
      [0.98, 0.98],
      [0.02, 0.98],
    ] as const;
    await page.mouse.move(box.x + box.width * 0.02, box.y + box.height * 0.02);
    await page.mouse.down();
    for (const [x, y] of corners) await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 5 });
    await page.mouse.up();
    await expect(page.getByText(`${3 * PER_LABEL} files selected`)).toBeVisible();
    await page.getByRole('button', { name: 'Show in the grid' }).click();
    await expect(page.getByRole('gridcell', { selected: true }).first()).toBeVisible();
  });

  await test.step('the labels are undone, after a kill and all', async () => {
    await page.getByRole('button', { name: /^Undo:/ }).click();
    await expect(page.getByText(/^Undone:/)).toBeVisible();
    await page.getByRole('button', { name: 'All images' }).click();
    await expect(cell(page, 'ant.png, animals-nature')).toBeVisible();
  });
});
