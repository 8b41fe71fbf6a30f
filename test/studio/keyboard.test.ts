/** The whole path with no mouse: every step by keys a person would find. */
import type { Locator, Page } from '@playwright/test';
import { smallSample } from './support/sample-folder.ts';
import { expect, test, trainedTest } from './support/studio-test.ts';

/** Presses Tab until what is named has the focus; fails when it can't be reached. */
async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string | RegExp): Promise<void> {
  await tabToThat(page, page.getByRole(role, { name, exact: typeof name === 'string' }).first());
}

async function tabToThat(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 120; presses++) {
    if (await wanted.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(wanted)}`);
}

test('the whole path by keyboard alone', async ({ page, folder }) => {
  test.setTimeout(240_000);
  const pictures = smallSample(folder, ['animals-nature', 'flags', 'food-drink'], 32);

  await test.step('adds a folder by its path', async () => {
    await tabTo(page, 'button', 'Add folders …');
    await page.keyboard.press('Enter');
    await tabTo(page, 'textbox', /^Paths of folders/);
    await page.keyboard.type(pictures);
    await tabTo(page, 'button', 'Add');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '96 files' })).toBeVisible();
  });

  await test.step('labels two files', async () => {
    await tabTo(page, 'grid', 'Images');
    const grid = page.getByRole('grid', { name: 'Images' });
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await expect(grid.getByRole('gridcell', { selected: true })).toHaveCount(2);
    await page.keyboard.press('l');
    await page.keyboard.type('first two');
    await page.keyboard.press('Enter');
    await expect(grid.getByRole('gridcell', { name: 'ant.png, first two' })).toBeVisible();
  });

  await test.step('turns an augmentation off', async () => {
    await tabTo(page, 'button', 'Pairs');
    await page.keyboard.press('Enter');
    const view = page.getByRole('img', { name: 'View 1 of image 2', exact: true });
    await expect(view).toBeVisible();
    const picture = (): Promise<string> => view.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await tabTo(page, 'checkbox', 'Colour');
    await page.keyboard.press('Space');
    await expect.poll(picture).not.toBe(before);
  });

  await test.step('trains and pauses', async () => {
    await tabTo(page, 'button', 'Train');
    await page.keyboard.press('Enter');
    await tabTo(page, 'spinbutton', 'Minutes');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', /^Train( after|$)/);
    await expect(page.getByText('Runs on')).toBeVisible();
    await page.getByRole('main').getByRole('button', { name: 'Train', exact: true }).press('Enter');
    await tabTo(page, 'button', 'Pause');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible({ timeout: 60_000 });
  });

  await test.step('searches by an image and by a part of it', async () => {
    await tabTo(page, 'button', 'Images');
    await page.keyboard.press('Enter');
    await tabTo(page, 'grid', 'Images');
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
    await tabTo(page, 'application', /arrow keys place a box/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await expect(page.getByText('part', { exact: true })).toBeVisible();
  });

  await test.step('steers the search away from one that was found', async () => {
    const found = page.getByRole('grid', { name: 'Similar images' });
    const names = (): Promise<(string | null)[]> =>
      found.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')));
    await tabTo(page, 'grid', 'Similar images');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const away = found.getByRole('gridcell', { selected: true });
    await expect(away).toHaveCount(1);
    const before = await names();
    await tabTo(page, 'button', 'Less like this');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('img', { name: 'Counter-example 1' })).toBeVisible();
    await expect.poll(names).not.toEqual(before);
    await tabTo(page, 'button', 'Take counter-example 1 out');
    await page.keyboard.press('Enter');
    await expect.poll(names).toEqual(before);
  });

  await test.step('selects on the map', async () => {
    await tabTo(page, 'button', 'Map');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '96 images' })).toBeVisible({ timeout: 60_000 });
    await tabTo(page, 'application', /^Map of 96 images/);
    for (let i = 0; i < 8; i++) await page.keyboard.press('-');
    await page.keyboard.press('Space');
    await expect(page.getByText('96 files selected')).toBeVisible();
  });

  await test.step('undoes the labels', async () => {
    await tabTo(page, 'button', /^Undo: Labelled “first two”/);
    await page.keyboard.press('Enter');
    await expect(page.getByText(/^Undone: /)).toBeVisible();
  });
});

trainedTest('a run is begun, paused, resumed and seen to its end by keyboard alone', async ({ page }) => {
  trainedTest.setTimeout(240_000);
  await tabTo(page, 'button', 'Train');
  await page.keyboard.press('Enter');
  await tabTo(page, 'spinbutton', 'Minutes');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('1');
  const dials = page.locator('summary', { hasText: 'All dials' });
  await tabToThat(page, dials);
  await page.keyboard.press('Enter');
  await tabTo(page, 'combobox', /^Preset/);
  await page.keyboard.type('Quick');
  await tabTo(page, 'spinbutton', /^Images in a batch/);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('32');
  await tabTo(page, 'textbox', /^Name/);
  await page.keyboard.type('by keys');
  await tabToThat(page, page.getByRole('main').getByRole('button', { name: 'Train', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'by keys' })).toBeVisible();
  await expect(page.getByText(/^step [1-9][\d,]* of/)).toBeVisible({ timeout: 60_000 });
  await tabTo(page, 'button', 'Pause');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Resume');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('complementary', { name: 'Runs' }).getByText(/^finished/)).toHaveCount(2, {
    timeout: 150_000,
  });
});

trainedTest('views, names of runs and the colours of the map by keyboard alone', async ({ page }) => {
  trainedTest.setTimeout(120_000);
  const focused = page.locator(':focus');

  await trainedTest.step('keeps a view, goes back to it, and takes it away', async () => {
    await tabTo(page, 'button', /^flags 3[23]$/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Keep this view …');
    await page.keyboard.press('Enter');
    await page.keyboard.type('only flags');
    await page.keyboard.press('Enter');
    await expect(focused).toHaveText('only flags');
    await tabTo(page, 'button', 'Clear');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '96 files' })).toBeVisible();
    await tabTo(page, 'button', 'only flags');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '32 files' })).toBeVisible();
    await tabTo(page, 'button', 'Remove the view only flags');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'only flags', exact: true })).toHaveCount(0);
  });

  await trainedTest.step('renames a run, and thinks better of a second name', async () => {
    await tabTo(page, 'button', 'Train');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', /^ten steps/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Rename the run');
    await page.keyboard.press('Enter');
    await page.keyboard.type('a first try');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'a first try' })).toBeVisible();
    await expect(focused).toHaveAccessibleName('Rename the run');
    await page.keyboard.press('Enter');
    await page.keyboard.type('another');
    await page.keyboard.press('Escape');
    await expect(focused).toHaveAccessibleName('Rename the run');
    await expect(page.getByRole('heading', { name: 'a first try' })).toBeVisible();
  });

  await trainedTest.step('selects what has a colour on the map', async () => {
    await tabTo(page, 'button', 'Map');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: '96 images' })).toBeVisible({ timeout: 60_000 });
    await tabTo(page, 'button', 'flags');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('toolbar', { name: 'Selected files' }).getByText('32 files')).toBeVisible();
  });
});
