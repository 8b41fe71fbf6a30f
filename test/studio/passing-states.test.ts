/** axe on what is there for a moment only: each state is held until it has been looked at in every look. */
import { join } from 'node:path';
import type { Page, Route } from '@playwright/test';
import { expectAccessible } from './support/accessibility.ts';
import { holdPaths } from './support/drop-folder.ts';
import { openMap } from './support/map-points.ts';
import { sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test, trainedTest } from './support/studio-test.ts';

const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name }).click();

/** Holds back the answers to a call. @returns lets them go. */
async function hold(page: Page, url: string, when: () => boolean = () => true): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route(url, async (route: Route) => {
    if (when()) await held.promise;
    await route.continue();
  });
  return held.resolve;
}

test('is accessible while the library is opened, and while a folder is held over it, sent and taken', async ({
  page,
  folder,
}) => {
  const open = await hold(page, '**/rpc/dataset/list');
  await page.reload();
  await expect(page.getByText('Opening the library …')).toBeVisible();
  await expectAccessible(page, 'opening the library');
  open();
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();

  let sent = 0;
  const send = await hold(page, '**/uploads/folder/**', () => ++sent > 5);
  const drop = await holdPaths(page, [smallSample(folder, ['flags'], 24)]);
  await expectAccessible(page, 'a folder held over the window');
  await drop();
  await expect(page.getByText('5 of 24 files')).toBeVisible();
  await expectAccessible(page, 'an upload');
  send();
  const said = page.getByText('emoji: 24 new files.');
  await said.hover();
  await expectAccessible(page, 'a notice');
});

trainedTest('is accessible while a map is laid out, and under the pointer', async ({ page }) => {
  let asked = 0;
  const answer = await hold(page, '**/rpc/map/open', () => ++asked > 1);
  const [point] = await openMap(page, async () => {
    await place(page, 'Map');
    await expect(page.getByText('Laying out the map; its progress')).toBeVisible();
    await expectAccessible(page, 'a map that is laid out');
    answer();
  });
  await page.mouse.move(point!.x, point!.y);
  await expect(page.getByRole('figure')).toBeVisible();
  await expectAccessible(page, 'a picture of the map');
  await page.mouse.down();
  await page.mouse.move(point!.x + 90, point!.y);
  await page.mouse.move(point!.x + 90, point!.y + 90);
  await expectAccessible(page, 'a lasso');
  await page.mouse.up();
});

trainedTest('is accessible while it searches, and while a part is chosen', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  const answer = await hold(page, '**/rpc/search/similar');
  await page
    .getByLabel('Find images like a picture of yours')
    .setInputFiles(join(sampleFolder, 'animals-nature', 'ant.png'));
  await expect(page.getByText('Searching …')).toBeVisible();
  await expectAccessible(page, 'a search');
  answer();
  await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
  await page.getByRole('button', { name: 'Choose a part of example 1' }).click();
  const { x, y, width, height } = (await page.getByRole('application', { name: /^Example 1/ }).boundingBox())!;
  await page.mouse.move(x + width / 4, y + height / 4);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2);
  await expectAccessible(page, 'a box around a part');
  await page.mouse.up();
});

trainedTest('is accessible where something is named, taken back and refused', async ({ page, watch }) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Tag' }).click();
  await page.keyboard.type('insect');
  await expectAccessible(page, 'tagging');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 file tagged “insect”.')).toBeVisible();
  await page.getByRole('button', { name: /^Undo: / }).click();
  await page.getByText(/^Undone: /).hover();
  await expectAccessible(page, 'what was undone');

  await page.getByRole('button', { name: 'flags 32' }).click();
  await page.getByRole('button', { name: 'Keep this view …' }).click();
  await expectAccessible(page, 'naming a view');

  await page.getByLabel('More about emoji').click();
  await page.getByRole('button', { name: 'Rename …' }).click();
  await expectAccessible(page, 'naming a data set');
  watch.expectRefusalOf('/rpc/dataset/rename');
  await page.route('**/rpc/dataset/rename', (route) => route.fulfill({ status: 422, body: '{}' }));
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('alert').hover();
  await expectAccessible(page, 'an error');
});

trainedTest(
  'is accessible while pairs of two kinds are set, and while a run is renamed, removed and set up',
  async ({ page }) => {
    await place(page, 'Pairs');
    await page.getByRole('checkbox', { name: /second view/i }).check();
    await expect(page.getByRole('button', { name: 'Second view' })).toBeVisible();
    await expect(page.getByRole('img', { name: 'View 2 of image 1', exact: true })).toBeVisible();
    await expectAccessible(page, 'pairs of two kinds');

    const measured = await hold(page, '**/rpc/run/measure');
    await place(page, 'Train');
    await page.getByText('All dials').click();
    await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
    await expect(page.getByText('being measured, some seconds …').first()).toBeVisible();
    await expectAccessible(page, 'a run that is measured');
    measured();

    await page.getByRole('button', { name: /^ten steps/ }).click();
    await page.getByRole('button', { name: 'Rename the run' }).click();
    await expect(page.getByRole('textbox', { name: 'Name of the run' })).toBeFocused();
    await expectAccessible(page, 'renaming a run');
    await page.keyboard.press('Escape');
    await page.getByText('Train for longer').click();
    await expectAccessible(page, 'how much longer');
  },
);
