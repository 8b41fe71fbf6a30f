import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { dropPaths } from './support/drop-folder.ts';
import { sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test } from './support/studio-test.ts';

test('a folder that is dropped becomes a grid of pictures, its sub-folders labels', async ({ page, folder }) => {
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await dropPaths(page, [smallSample(folder, ['animals-nature', 'flags'], 24)]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  const grid = page.getByRole('grid', { name: 'Images' });
  const ant = grid.getByRole('gridcell', { name: 'ant.png, animals-nature' });
  await expect(ant.getByRole('presentation')).toHaveJSProperty('complete', true);
  await expect(ant.getByRole('presentation')).not.toHaveJSProperty('naturalWidth', 0);
  await expect(page.getByRole('button', { name: 'flags 24' })).toBeVisible();
  await expect(page.getByText('emoji: 48 new files.')).toBeVisible();
});

test('paths that are pasted are read where they are', async ({ page }) => {
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill(join(sampleFolder, 'flags'));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.getByRole('gridcell').first().click();
  await expect(page.getByText(join(sampleFolder, 'flags'), { exact: false }).last()).toBeVisible();
});

test('a path that is not there is said, and nothing is added', async ({ page }) => {
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill('/nowhere/moths');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('/nowhere/moths').last()).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: '/nowhere/moths' })).toBeVisible();
});

test('the grid fills while a folder is on its way, and the rest comes to the same data set', async ({
  page,
  folder,
}) => {
  const pictures = smallSample(folder, ['animals-nature', 'flags', 'food-drink'], 40);
  const isShown = Promise.withResolvers<void>();
  let sent = 0;
  await page.route('**/uploads/folder/**', async (route) => {
    if (++sent > 110) await isShown.promise;
    await route.continue();
  });
  await dropPaths(page, [pictures]);
  await expect(page.getByText('110 of 120 files')).toBeVisible();
  await expect(page.getByRole('heading', { name: '100 files' })).toBeVisible();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  isShown.resolve();
  await expect(page.getByRole('heading', { name: '120 files' })).toBeVisible();
  await expect(page.getByText('emoji: 120 new files.')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Data set' }).locator('option')).toHaveText(['emoji']);
  await expect(page.getByRole('button', { name: 'flags 40' })).toBeVisible();
});

test('a folder whose upload was cut off goes on where it was when it is dropped again', async ({
  page,
  folder,
  engine,
}) => {
  const pictures = smallSample(folder, ['animals-nature', 'flags'], 24);
  page.on('dialog', (dialog) => void dialog.accept());
  let sent = 0;
  const held = 10;
  await page.route('**/uploads/folder/**', (route) => (++sent > held ? undefined : route.continue()));
  await dropPaths(page, [pictures]);
  await expect(page.getByText(`${held} of 48 files`)).toBeVisible();
  await page.goto(engine.origin);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'PUT') sent++;
  });
  await dropPaths(page, [pictures]);
  await expect(page.getByRole('heading', { name: '48 files' })).toBeVisible();
  await expect(page.getByText('emoji: 48 new files.')).toBeVisible();
  expect(sent).toBe(48 - held);
});

test('an upload is stopped by its button, and nothing is added', async ({ page, folder }) => {
  let sent = 0;
  await page.route('**/uploads/folder/**', (route) => (++sent > 5 ? undefined : route.continue()));
  await dropPaths(page, [smallSample(folder, ['flags'], 24)]);
  await expect(page.getByText('5 of 24 files')).toBeVisible();
  await page.getByRole('button', { name: 'Stop: Uploading emoji' }).click();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await expect(page.getByText('Uploading emoji')).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
});

test('an upload stays on screen when the list of the engine’s jobs comes later', async ({ page, folder }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/rpc/job/list', async (route) => {
    await held;
    await route.continue();
  });
  let sent = 0;
  await page.route('**/uploads/folder/**', (route) => (++sent > 5 ? undefined : route.continue()));
  await page.reload();
  await dropPaths(page, [smallSample(folder, ['flags'], 24)]);
  await expect(page.getByText('5 of 24 files')).toBeVisible();
  const listed = page.waitForResponse('**/rpc/job/list');
  release();
  await (await listed).finished();
  // What came has been shown once the page has drawn.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(page.getByText('5 of 24 files')).toBeVisible();
  await page.getByRole('button', { name: 'Stop: Uploading emoji' }).click();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a folder named test can not be trained on by itself, and what to do is said', async ({ page, folder, watch }) => {
  const held = join(folder, 'test');
  cpSync(smallSample(folder, ['animals-nature', 'flags'], 4), held, { recursive: true });
  await dropPaths(page, [held]);
  await expect(page.getByRole('heading', { name: '8 files' })).toBeVisible();
  watch.expectRefusalOf('/rpc/run/plan');
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  const refusal = page.getByRole('main').getByRole('alert');
  await expect(refusal).toContainText('All 8 readable images are in the split "test"');
  await expect(refusal).toContainText('give this one another name');
  await expect(page.getByRole('main').getByRole('button', { name: 'Train', exact: true })).toBeDisabled();
});
