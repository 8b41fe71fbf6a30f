/** Keys, palette, clipboard, and what is typed while the engine is away. */
import type { Locator, Page } from '@playwright/test';
import { join } from 'node:path';
import { paste } from './support/paste-picture.ts';
import { sampleFolder } from './support/sample-folder.ts';
import { expect, trainedTest as test } from './support/studio-test.ts';

test('what is typed while the engine is away is still there when it is back, and can be sent', async ({
  page,
  engine,
  watch,
}) => {
  await page.getByRole('gridcell', { name: 'ant.png' }).click();
  await page.keyboard.press('l');
  await page.keyboard.type('in');
  watch.expectLostEngine();
  await engine.killAtOnce();
  await expect(page.getByText('The engine is not answering')).toBeVisible();
  await page.keyboard.type('sect');
  await engine.start();
  await expect(page.getByText('The engine is not answering')).toBeHidden();
  await expect(page.getByLabel('Label 1 file')).toHaveValue('insect');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('gridcell', { name: 'ant.png, insect' })).toBeVisible();
});

test('keys go to places, list themselves, and are letters in a text field', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.keyboard.press('3');
  await expect(page.getByRole('heading', { name: 'Train on emoji' })).toBeVisible();
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(list.getByText('Find similar images')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);
  await page.keyboard.press('1');
  await expect(page.getByRole('grid', { name: 'Images' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('3?');
  await expect(page.getByRole('searchbox')).toHaveValue('3?');
  await expect(page.getByText('No file matches.')).toBeVisible();
  await expect(list).toBeHidden();
});

test('a key that follows Escape at once is the screen’s, and opens the same dialog again', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  const palette = page.getByRole('dialog', { name: 'All commands' });
  // A dialog tells that it is closed a task later; the next key may be there before.
  const closeAndPress = (pressed: { readonly key: string; readonly ctrlKey: boolean }): Promise<void> =>
    page.evaluate(({ key, ctrlKey }) => {
      document.querySelector('dialog')?.close();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
    }, pressed);
  await page.keyboard.press('ControlOrMeta+k');
  await expect(palette).toBeVisible();
  await closeAndPress({ key: 'k', ctrlKey: true });
  await expect(palette).toBeVisible();
  await closeAndPress({ key: '?', ctrlKey: false });
  await expect(list).toBeVisible();
  await expect(palette).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('add folders');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Add folders' })).toBeVisible();
  await closeAndPress({ key: '?', ctrlKey: false });
  await expect(page.getByRole('dialog', { name: 'Add folders' })).toBeHidden();
  await expect(list).toBeVisible();
});

test('the palette finds a run by part of its name and changes the theme', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('run ten');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'ten steps', exact: true })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page).toHaveTitle('emoji · Kindred');
});

test('the palette sorts, narrows, colours the map and begins a run', async ({ page }) => {
  const ask = async (words: string): Promise<void> => {
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type(words);
    await page.keyboard.press('Enter');
  };
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await ask('sort darkest');
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('darkest');
  await ask('can’t be used');
  await expect(page.getByRole('gridcell')).toHaveCount(1);
  await ask('clear all');
  await expect(page.getByRole('heading', { name: '96 files' })).toBeVisible();
  await ask('colour cluster');
  await expect(page.getByRole('combobox', { name: 'Colour by' })).toHaveValue('cluster');
  await expect(page.getByRole('list', { name: 'Colours' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: '96 files' })).toBeVisible();
  await ask('new run');
  await expect(page.getByRole('heading', { name: 'Train on emoji' })).toBeVisible();
});

/** On a page whose clock is ours. @returns what says so. */
async function undoSomething(page: Page): Promise<Locator> {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.clock.install();
  await page.getByRole('button', { name: 'They are not labels' }).click();
  await page.getByRole('button', { name: /^Undo: Sub-folders are no labels/ }).click();
  const notice = page.getByText(/^Undone: /);
  await expect(notice).toBeVisible();
  return notice;
}

test('a notice goes by itself, but not while it is pointed at', async ({ page }) => {
  const notice = await undoSomething(page);
  await notice.hover();
  await page.clock.runFor(30_000);
  await expect(notice).toBeVisible();
  await page.mouse.move(5, 5);
  await page.clock.runFor(2000);
  await expect(notice).toBeHidden();
});

test('a notice stays while the focus is on it, and goes when it is told to', async ({ page }) => {
  const notice = await undoSomething(page);
  await page.getByRole('paragraph').filter({ has: notice }).getByRole('button', { name: 'Dismiss' }).focus();
  await page.clock.runFor(30_000);
  await expect(notice).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(notice).toBeHidden();
});

test('a pasted picture is searched by', async ({ page }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await paste(page, join(sampleFolder, 'flags', 'andorra-flag.png'));
  await expect(page.getByRole('img', { name: 'Example 1', exact: true })).toHaveAttribute('src', /\/uploads\//);
  await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
});

test('sub-folders that were taken for labels are tags at a click, and undo gives the labels back', async ({ page }) => {
  await page.getByRole('button', { name: 'They are not labels' }).click();
  await expect(page.getByRole('gridcell', { name: 'ant.png', exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^Undo: Sub-folders are no labels/ }).click();
  await expect(page.getByRole('gridcell', { name: 'ant.png, animals-nature' })).toBeVisible();
});
