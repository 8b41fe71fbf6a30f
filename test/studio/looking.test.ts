/** Looking closer: one picture enlarged, why a file can't be used, the size of pictures, colours of the map. */
import { expect, trainedTest as test } from './support/studio-test.ts';

test('a picture is enlarged by a key, and arrow keys go on through the list', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.keyboard.press('f');
  const loupe = page.getByRole('dialog', { name: 'ant.png, enlarged' });
  await expect(loupe.getByText('1 of 96')).toBeVisible();
  await expect(loupe.getByRole('img', { name: 'ant.png' })).not.toHaveJSProperty('naturalWidth', 0);
  await page.keyboard.press('ArrowRight');
  const next = page.getByRole('dialog', { name: /, enlarged$/ });
  await expect(next.getByText('2 of 96')).toBeVisible();
  await expect(next.getByRole('img')).not.toHaveAttribute('alt', 'ant.png');
  await page.keyboard.press('Escape');
  await expect(next).toBeHidden();
  await expect(page.getByRole('gridcell').nth(1)).toHaveAttribute('aria-selected', 'true');
});

test('looking at one image asks for no list again, and a dial for one drawing', async ({ page }) => {
  const lists: string[] = [];
  const drawings: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/rpc\/(file\/(open|count)|search)/.test(pathname)) lists.push(pathname);
    if (pathname === '/rpc/pair/draw') drawings.push(pathname);
  });
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await expect(page.getByRole('complementary', { name: 'Details' }).getByText('ant.png').first()).toBeVisible();
  lists.length = 0;
  await page.getByRole('gridcell').nth(2).click();
  await expect(page.getByRole('gridcell').nth(2)).toHaveAttribute('aria-selected', 'true');
  await expect(page).toHaveURL(/open=/);
  expect(lists).toEqual([]);
  await page.getByRole('navigation').getByRole('button', { name: 'Pairs' }).click();
  const pairs = page.getByRole('region', { name: 'Pairs' });
  await expect(pairs.getByRole('listitem').first()).toBeVisible();
  await expect(pairs).toHaveAttribute('aria-busy', 'false');
  drawings.length = 0;
  lists.length = 0;
  await page.getByRole('checkbox', { name: 'Grey' }).uncheck();
  await expect(page).toHaveURL(/views=/);
  await expect(pairs).toHaveAttribute('aria-busy', 'false');
  expect(drawings).toHaveLength(1);
  expect(lists).toEqual([]);
});

test('files that can’t be used are one click away, each with its cause', async ({ page }) => {
  await page.getByRole('contentinfo').getByRole('button', { name: '1 problem' }).click();
  await expect(page.getByRole('heading', { name: '1 file' })).toBeVisible();
  const torn = page.getByRole('gridcell', { name: /^torn\.png, flags, Cannot decode/ });
  await expect(torn.getByText('torn.png', { exact: true })).toBeVisible();
  await expect(torn.getByText(/^Cannot decode/)).toBeVisible();
});

test('pinching on a touchpad sizes the pictures, and the size is in the address', async ({ page }) => {
  const grid = page.getByRole('grid', { name: 'Images' });
  await expect(grid.getByRole('gridcell').first()).toBeVisible();
  const before = (await grid.getByRole('gridcell').first().boundingBox())!.width;
  await grid.hover();
  // A pinch arrives as a wheel with Ctrl.
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -80);
  await page.keyboard.up('Control');
  await expect
    .poll(async () => (await grid.getByRole('gridcell').first().boundingBox())!.width)
    .toBeGreaterThan(before);
  await expect(page).toHaveURL(/zoom=\d+/);
});

test('the map is coloured by its clusters, one is selected by its colour, and reload keeps it', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  await expect(page.getByRole('application', { name: /^Map of 96 images/ })).toBeVisible({ timeout: 60_000 });
  const colours = page.getByRole('list', { name: 'Colours' });
  await expect(colours.getByRole('button')).toHaveText(['animals-nature', 'flags', 'food-drink']);
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('cluster');
  const largest = colours.getByRole('button', { name: /^1: \d+ images$/ });
  const size = Number(/(\d+) images$/.exec((await largest.textContent())!.trim())![1]);
  await largest.click();
  await expect(page.getByRole('toolbar').getByText(`${size} files`)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Colour by' })).toHaveValue('cluster');
  await expect(colours.getByRole('button', { name: /^1: / })).toBeVisible();
  await page.getByRole('toolbar').getByRole('button', { name: 'Find similar' }).click();
  await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
});

test('a pinch moves into the map, reload shows the same part, and 0 shows all again', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  const map = page.getByRole('application', { name: /^Map of 96 images/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  const picture = () => map.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const all = await picture();
  await map.hover({ position: { x: 300, y: 200 } });
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -60);
  await page.keyboard.up('Control');
  await expect(page).toHaveURL(/place=/);
  const part = await picture();
  expect(part).not.toBe(all);
  await page.reload();
  await expect(map).toBeVisible();
  await expect.poll(picture).toBe(part);
  await map.press('ArrowRight');
  await expect.poll(picture).not.toBe(part);
  await map.press('0');
  await expect.poll(picture).toBe(all);
  await expect(page).not.toHaveURL(/place=/);
});

test('the map is coloured by what is odd about pictures', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  await expect(page.getByRole('application', { name: /^Map of 96 images/ })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('quality');
  const colours = page.getByRole('list', { name: 'Colours' });
  await expect(colours.getByRole('button', { name: 'nothing odd' })).toBeVisible();
  await expect(colours.getByRole('button', { name: 'flags' })).toHaveCount(0);
});

test('what the frame holds is selected by keys, and a label set on the map colours it at once', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  const map = page.getByRole('application', { name: /^Map of 96 images/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'moth', exact: true })).toHaveCount(0);
  await map.press('-');
  await map.press('Space');
  const chosen = page.getByRole('toolbar', { name: 'Selected files' });
  await expect(chosen.getByText(/^\d+ files?$/)).toBeVisible();
  await page.keyboard.press('l');
  await page.keyboard.type('moth');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'moth', exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^Undo:/ }).click();
  await expect(page.getByRole('button', { name: 'moth', exact: true })).toHaveCount(0);
});
