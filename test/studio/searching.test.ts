/** Who answers a search, and what it has not seen. */
import type { Page } from '@playwright/test';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { dropPaths } from './support/drop-folder.ts';
import { paste } from './support/paste-picture.ts';
import { picturesOf, sampleFolder } from './support/sample-folder.ts';
import { expect, test as emptyTest, trainedTest as test } from './support/studio-test.ts';

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

test('an encoder that somebody settles on answers and lays out the map, also after the next start', async ({
  page,
  engine,
  watch,
}) => {
  const go = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
  const encoder = page.getByRole('combobox', { name: 'Encoder that answers' });
  const pin = page.getByRole('button', { name: 'Always ask this encoder' });
  const map = page.getByRole('application', { name: /^Map of 96 images/ });
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await encoder.selectOption('colour and shape');
  await expect(pin).toHaveAttribute('aria-pressed', 'false');
  await pin.click();
  await expect(pin).toHaveAttribute('aria-pressed', 'true');
  await expect(page).not.toHaveURL(/by=/);
  await expect(encoder.locator('option')).toHaveText(['colour and shape', 'ten steps, step 10']);

  await test.step('which can be taken back', async () => {
    await page.keyboard.press('ControlOrMeta+z');
    await expect(pin).toHaveAttribute('aria-pressed', 'false');
    await expect(encoder.locator('option')).toHaveText(['ten steps, step 10', 'colour and shape']);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    await expect(encoder.locator('option')).toHaveText(['colour and shape', 'ten steps, step 10']);
  });

  watch.expectLostEngine();
  await engine.stop();
  await engine.start();
  await page.goto(engine.address);
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(encoder.locator('option:checked')).toHaveText('colour and shape');

  await test.step('the map is that encoder’s, and another’s for whoever chooses it there', async () => {
    const maps: string[] = [];
    page.on('request', (request) => {
      const found = /\/pictures\/maps\/([^/]+)$/.exec(new URL(request.url()).pathname);
      if (found) maps.push(found[1]!);
    });
    await go('Map');
    await expect(map).toBeVisible({ timeout: 60_000 });
    await expect(encoder.locator('option:checked')).toHaveText('colour and shape');
    await expect(pin).toHaveAttribute('aria-pressed', 'true');
    await encoder.selectOption('ten steps, step 10');
    await expect(page).toHaveURL(/by=/);
    await expect.poll(() => new Set(maps).size, { timeout: 60_000 }).toBe(2);
    await expect(map).toBeVisible();
    await expect(pin).toHaveAttribute('aria-pressed', 'false');
    await encoder.selectOption('colour and shape');
    await expect(pin).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('with nobody settled on, the newest answers again', async () => {
    await pin.click();
    await expect(encoder.locator('option:checked')).toHaveText('ten steps, step 10');
    await expect(pin).toHaveAttribute('aria-pressed', 'false');
  });
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
    // The encoder looks at them in the background.
    await expect(page.getByText('“ten steps” has looked at 2 more images.')).toBeVisible({ timeout: 60_000 });
    await encoder.selectOption('ten steps, step 10');
    await expect(page.getByText('not seen yet')).toHaveCount(0);
  } finally {
    for (const { to } of added) rmSync(to);
  }
});

const FLAG = picturesOf('flags')[3]!;
const found = (page: Page) => page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell');

/** A picture from outside: an ant at its left, and at its right a flag that the library holds. */
async function antBesideFlag(folder: string): Promise<string> {
  const path = join(folder, 'ant-and-flag.png');
  const side = 64;
  const at = (label: string, name: string, left: number) => ({ input: join(sampleFolder, label, name), left, top: 0 });
  await sharp({ create: { width: 2 * side, height: side, channels: 3, background: '#ffffff' } })
    .composite([at('animals-nature', 'ant.png', 0), at('flags', FLAG, side)])
    .png()
    .toFile(path);
  return path;
}

async function drag(page: Page, name: string, from: readonly number[], to: readonly number[]): Promise<void> {
  const box = (await page.getByRole('application', { name: new RegExp(`^${name}`) }).boundingBox())!;
  await page.mouse.move(box.x + box.width * from[0]!, box.y + box.height * from[1]!);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0]!, box.y + box.height * to[1]!, { steps: 5 });
  await page.mouse.up();
}

test('a part of a dropped picture is searched by, also after the engine was killed', async ({
  page,
  folder,
  engine,
  watch,
}) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await dropPaths(page, [await antBesideFlag(folder)]);
  const choose = page.getByRole('button', { name: 'Choose a part of example 1' });
  const dialog = page.getByRole('dialog', { name: 'Search by a part' });
  await expect(found(page).first()).toBeVisible();
  await choose.click();
  // Escape leaves the question, not the search.
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(found(page).first()).toBeVisible();
  await choose.click();
  await drag(page, 'Example 1', [0.5, 0], [1, 1]);
  await expect(dialog).toBeHidden();
  await expect(page.getByText('part', { exact: true })).toBeVisible();
  await expect(found(page).first()).toHaveAccessibleName(`${FLAG}, flags`);
  await expect(found(page).first()).toHaveText(/^\s*(1\.00|0\.9\d)\s*$/);
  watch.expectLostEngine();
  await engine.killAtOnce();
  await engine.start();
  await page.reload();
  await expect(found(page).first()).toHaveAccessibleName(`${FLAG}, flags`);
  await choose.click();
  await dialog.getByRole('button', { name: 'Use the whole picture' }).click();
  await expect(page.getByText('part', { exact: true })).toHaveCount(0);
});

const flag = (i: number): string => join(sampleFolder, 'flags', picturesOf('flags').at(-i)!);
const addressOf = (page: Page, part: 'like' | 'unlike'): string[] =>
  (new URL(page.url()).searchParams.get(part) ?? '').split(',').filter(Boolean);

test('pictures from outside are added to the examples there are: dropped, chosen and pasted', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  const example = (name: string) => page.getByRole('img', { name, exact: true });
  const order = () => found(page).evaluateAll((cells) => cells.map(({ ariaLabel }) => ariaLabel ?? ''));
  await expect(found(page).first()).toBeVisible();
  let before = await order();
  const expectAnother = async (): Promise<void> => {
    const isAnother = (now: readonly string[]): boolean => now.length > 4 && now.join() !== before.join();
    await expect.poll(async () => isAnother(await order())).toBe(true);
    before = await order();
  };

  await test.step('dropped on the place for another example', async () => {
    const { width, height } = page.viewportSize()!;
    await dropPaths(page, [flag(1)], 0.25 * width, 0.9 * height);
    await expect(example('Example 2')).toHaveAttribute('src', /\/uploads\//);
    await expect(example('Example 1')).toHaveAttribute('src', /\/thumbnails\//);
    await expectAnother();
  });

  await test.step('chosen, several at once', async () => {
    await page.getByRole('button', { name: 'Add an example from outside' }).click();
    const dialog = page.getByRole('dialog', { name: 'Another example' });
    await dialog.getByLabel('Choose pictures of yours').setInputFiles([flag(2), flag(3)]);
    await expect(dialog).toBeHidden();
    await expect(example('Example 4')).toHaveAttribute('src', /\/uploads\//);
    await expectAnother();
  });

  await test.step('pasted to be less like', async () => {
    await page.getByRole('button', { name: 'Add a counter-example from outside' }).click();
    const dialog = page.getByRole('dialog', { name: 'Less like a picture' });
    await expect(dialog).toBeVisible();
    await paste(page, flag(4));
    await expect(dialog).toBeHidden();
    await expect(example('Counter-example 1')).toHaveAttribute('src', /\/uploads\//);
    await expectAnother();
  });

  expect([addressOf(page, 'like').length, addressOf(page, 'unlike').length]).toEqual([4, 1]);
  await page.reload();
  await expect(example('Counter-example 1')).toBeVisible();
  await expect.poll(order).toEqual(before);

  // With no question open a pasted picture is the search, as ever.
  await paste(page, flag(5));
  await expect.poll(() => addressOf(page, 'like').length).toBe(1);
  expect(addressOf(page, 'unlike')).toEqual([]);
});

test('a folder dropped on the place for examples is not taken, and says so', async ({ page, trainedFolder }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(found(page).first()).toBeVisible();
  const { width, height } = page.viewportSize()!;
  await dropPaths(page, [join(trainedFolder, 'emoji')], 0.75 * width, 0.9 * height);
  await expect(page.getByRole('alert')).toContainText('Only pictures can be examples');
  expect(addressOf(page, 'unlike')).toEqual([]);
  await expect(page.getByRole('combobox', { name: 'Data set' }).locator('option')).toHaveCount(1);
});

test('while a picture from outside is encoded nothing else is shown for it, and it can be cancelled', async ({
  page,
  folder,
}) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(found(page).first()).toBeVisible();
  await dropPaths(page, [await antBesideFlag(folder)]);
  const searching = page.getByRole('status').filter({ hasText: 'Searching …' });
  await expect(searching).toContainText('A picture from outside is looked at first.');
  await expect(found(page)).toHaveCount(0);
  await searching.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('grid', { name: 'Images' }).getByRole('gridcell').first()).toBeVisible();
  await expect(page).not.toHaveURL(/like=/);
  await page.goBack();
  await expect(found(page).first()).toBeVisible();
  await expect(searching).toHaveCount(0);
});

test('a search that takes long by images of the library speaks of no other picture', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  const answered = Promise.withResolvers<void>();
  await page.route('**/rpc/search/similar', async (route) => {
    await answered.promise;
    await route.continue();
  });
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await expect(page.getByRole('status').filter({ hasText: 'Searching …' }).locator('p')).toHaveText('Searching …');
  answered.resolve();
  await expect(found(page).first()).toBeVisible();
});

test('examples that do not fit in one row are in the next', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.keyboard.press('ControlOrMeta+a');
  await page.getByRole('button', { name: 'Find similar' }).click();
  const examples = page.getByRole('img', { name: /^Example \d+$/ });
  await expect(examples).toHaveCount(50);
  await examples.last().scrollIntoViewIfNeeded();
  await expect(examples.last()).toBeInViewport();
  await page.getByRole('button', { name: 'Take example 50 out' }).focus();
  await page.keyboard.press('Enter');
  await expect(examples).toHaveCount(49);
});

emptyTest('more is found where the 300 most similar end', async ({ page }) => {
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await expect(page.getByText('Sample images: 1,000 new files.')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('gridcell').first().dblclick();
  const grid = page.getByRole('grid', { name: 'Similar images' });
  const rows = async () => Number(await grid.getAttribute('aria-rowcount'));
  const columns = async () => Number(await grid.getAttribute('aria-colcount'));
  await expect.poll(async () => (await rows()) === Math.ceil(300 / (await columns()))).toBe(true);
  await found(page).first().press('ControlOrMeta+End');
  await expect.poll(async () => (await rows()) === Math.ceil(1000 / (await columns()))).toBe(true);
  // What was looked at stays where it is.
  await expect(found(page).locator('visible=true').first()).toBeVisible();
  await page.getByRole('button', { name: 'All images' }).click();
  await page.getByRole('gridcell').nth(3).dblclick();
  await expect.poll(async () => (await rows()) === Math.ceil(300 / (await columns()))).toBe(true);
});

test('a part is chosen by keys, of an image of the library too', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
  await page.getByRole('button', { name: 'Choose a part of example 1' }).press('Enter');
  const picture = page.getByRole('application', { name: /^Example 1/ });
  await picture.press('ArrowRight');
  await picture.press('Shift+ArrowLeft');
  await picture.press('Enter');
  await expect(page.getByText('part', { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/like=\d+%2540\d+\.\d+\.\d+\.\d+/);
  await expect(found(page).first()).toBeVisible();
});

test('a tall picture keeps its shape where a part is chosen', async ({ page, folder }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  const path = join(folder, 'tall.png');
  await sharp({ create: { width: 40, height: 400, channels: 3, background: '#446688' } })
    .png()
    .toFile(path);
  await dropPaths(page, [path]);
  await page.getByRole('button', { name: 'Choose a part of example 1' }).click();
  const box = (await page.getByRole('application', { name: /^Example 1/ }).boundingBox())!;
  expect(box.height / box.width).toBeCloseTo(10, 0);
  expect(box.height).toBeLessThan(600);
});

test('a dropped file that is no picture is refused when it comes, by what it is', async ({ page, folder, watch }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  const path = join(folder, 'holiday.jpg');
  writeFileSync(path, '<!doctype html><script>alert(1)</script>');
  watch.expectRefusalOf('/uploads/query');
  await dropPaths(page, [path]);
  await expect(page.getByRole('alert')).toContainText('looks like');
  await expect(page).not.toHaveURL(/like=/);
});
