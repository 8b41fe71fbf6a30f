/** When a map is laid out, what it shows meanwhile, and how its points are told apart. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openMap } from './support/map-points.ts';
import { picturesOf, sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test, trainedTest } from './support/studio-test.ts';

const toMap = (page: Page) => page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
const mapOf = (page: Page, images: string) =>
  page.getByRole('application', { name: new RegExp(`^Map of ${images} images`) });

test('with the map open during a first import, one layout is made, of all images', async ({ page }) => {
  const made = new Set<string>();
  page.on('response', async (response) => {
    if (new URL(response.url()).pathname !== '/rpc/map/open' || !response.ok()) return;
    const { json } = (await response.json()) as { json: { jobId: string | null } };
    if (json.jobId !== null) made.add(json.jobId);
  });
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await toMap(page);
  await expect(page.getByText('Images are coming in; the map is laid out when all are there …')).toBeVisible();
  await expect(mapOf(page, '1,000')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('not on it yet')).toHaveCount(0);
  expect(made.size).toBe(1);
});

test('images that come later are told, and are on the map when it is laid out again', async ({ page, folder }) => {
  const pictures = smallSample(folder, ['flags'], 24);
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill(pictures);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { name: '24 files' })).toBeVisible();
  await toMap(page);
  await expect(mapOf(page, '24')).toBeVisible({ timeout: 60_000 });
  for (const name of picturesOf('food-drink').slice(0, 12))
    cpSync(join(sampleFolder, 'food-drink', name), join(pictures, 'flags', name));
  await expect(page.getByText('12 images are not on it yet.')).toBeVisible();
  await expect(mapOf(page, '24')).toBeVisible();
  await page.getByRole('button', { name: 'Lay out again' }).click();
  await expect(mapOf(page, '36')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('not on it yet')).toHaveCount(0);
});

trainedTest('colours that come late do not take the place of what was chosen since', async ({ page }) => {
  await toMap(page);
  await expect(mapOf(page, '96')).toBeVisible({ timeout: 60_000 });
  const colours = page.getByRole('list', { name: 'Colours' });
  await expect(colours.getByRole('button', { name: 'flags' })).toBeVisible();
  const late = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  await page.route(/\/groups\?by=tag/, async (route) => {
    await late.promise;
    await route.continue();
    answered.resolve();
  });
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('tag');
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('quality');
  await expect(colours.getByRole('button', { name: 'nothing odd' })).toBeVisible();
  const response = page.waitForResponse(/\/groups\?by=tag/);
  late.resolve();
  await answered.promise;
  await (await response).finished();
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(colours.getByRole('button', { name: 'nothing odd' })).toBeVisible();
  await expect(colours.getByRole('button', { name: 'no tag' })).toHaveCount(0);
});

/** How many pixels of the map have exactly the colour that each entry of the legend shows. */
function colouredPixels(page: Page): Promise<Readonly<Record<string, number>>> {
  return page.evaluate(() => {
    const map = document.querySelector<HTMLCanvasElement>('main canvas')!;
    const read = (canvas: HTMLCanvasElement): Uint32Array => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(data.buffer);
    };
    const pixels = read(map);
    const probe = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const entries = [...document.querySelectorAll('ul[aria-label="Colours"] button')].map((button) => {
      const context = probe.getContext('2d')!;
      context.fillStyle = getComputedStyle(button.querySelector('i')!).backgroundColor;
      context.fillRect(0, 0, 1, 1);
      const [colour] = read(probe);
      return [button.textContent.trim(), pixels.filter((pixel) => pixel === colour).length] as const;
    });
    return Object.fromEntries(entries);
  });
}

trainedTest('an entry of the legend brings its points out, under the pointer and by keys', async ({ page }) => {
  const points = await openMap(page, () => toMap(page));
  const colours = page.getByRole('list', { name: 'Colours' });
  await expect(colours.getByRole('button')).toHaveText(['animals-nature', 'flags', 'food-drink']);
  const all = await colouredPixels(page);
  expect(Math.min(...Object.values(all))).toBeGreaterThan(0);
  const expectOnly = (name: string) =>
    expect
      .poll(async () => {
        const now = await colouredPixels(page);
        const others = Object.keys(now).filter((other) => other !== name);
        return now[name]! > all[name]! && others.every((other) => now[other] === 0);
      })
      .toBe(true);

  await colours.getByRole('button', { name: 'flags' }).hover();
  await expectOnly('flags');
  await page.mouse.move(5, 5);
  await expect.poll(() => colouredPixels(page)).toEqual(all);

  await mapOf(page, '96').focus();
  await page.keyboard.press('Tab');
  await expectOnly('animals-nature');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expectOnly('food-drink');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('toolbar', { name: 'Selected files' }).getByText('32 files')).toBeVisible();
  await page.keyboard.press('Tab');
  await expectOnly('food-drink');
  await mapOf(page, '96').focus();
  await page.keyboard.press('Escape');
  await expect.poll(() => colouredPixels(page)).toEqual(all);

  await page.mouse.move(points[0]!.x, points[0]!.y);
  const caption = page.getByRole('figure').locator('figcaption');
  await expect(caption).toHaveText(/\.png\s+(animals-nature|flags|food-drink)$/);
  const label = /\S+$/.exec(await caption.innerText())![0];
  await expect(colours.getByRole('button', { name: label })).toHaveClass(/pointed/);
  await page.mouse.move(5, 5);
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('none');
  await page.mouse.move(points[0]!.x, points[0]!.y);
  await expect(caption).toHaveText(label);
});
