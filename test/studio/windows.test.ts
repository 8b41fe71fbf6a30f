/** Several windows on one library, addresses that lead back, and windows of every size. */
import type { Page } from '@playwright/test';
import { expect, trainedTest as test } from './support/studio-test.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Images' });

test('nine tabs live at once, and what one changes all show', async ({ page, context, engine }) => {
  await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
  const others: Page[] = [];
  for (let i = 0; i < 8; i++) {
    const other = await context.newPage();
    await other.goto(engine.origin);
    await expect(grid(other).getByRole('gridcell', { name: 'ant.png, animals-nature' })).toBeVisible();
    others.push(other);
  }
  await page.bringToFront();
  await grid(page).getByRole('gridcell', { name: 'ant.png' }).click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Label' }).click();
  await page.keyboard.type('insect');
  await page.keyboard.press('Enter');
  for (const tab of [page, ...others]) {
    await expect(grid(tab).getByRole('gridcell', { name: 'ant.png, insect' })).toBeVisible();
  }
});

test('the address leads back: reload keeps the search, back leaves it', async ({ page }) => {
  await page.getByRole('button', { name: 'flags 32' }).click();
  await expect(page.getByRole('button', { name: 'flags 32' })).toHaveAttribute('aria-pressed', 'true');
  await grid(page).getByRole('gridcell').nth(3).dblclick();
  const found = page.getByRole('grid', { name: 'Similar images' });
  await expect(found.getByRole('gridcell').first()).toBeVisible();
  await page.reload();
  await expect(found.getByRole('gridcell').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /^flags/ })).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('button', { name: /^flags/ })).toHaveAttribute('aria-pressed', 'false');
});

test('an address that speaks of files another window chose says so, and shows all', async ({ page, engine }) => {
  await page.goto(`${engine.origin}/?only=~1abc2def`);
  await expect(page.getByRole('alert').filter({ hasText: 'chosen in another window' })).toBeVisible();
  await expect(page.getByRole('heading', { name: '96 files' })).toBeVisible();
  await expect(page).not.toHaveURL(/only=/);
});

test('pairs begin as training has them at the side that the images fill, and show others on request', async ({
  page,
}) => {
  const drawn: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/rpc/pair/draw')) drawn.push(request.postData() ?? '');
  });
  await page.getByRole('navigation').getByRole('button', { name: 'Pairs' }).click();
  await expect(page.getByRole('combobox', { name: 'Side' })).toHaveValue('64');
  await expect(page.getByRole('checkbox', { name: 'Blur' })).not.toBeChecked();
  await expect(page.getByText('The largest that your images fill.')).toBeVisible();
  await expect(page.getByRole('img', { name: 'View 1 of image 2', exact: true })).toBeVisible();
  const before = drawn.at(-1);
  expect(before).toContain('imageIds');
  await page.getByRole('button', { name: 'Other images' }).click();
  const idsOf = (text = ''): string => /"imageIds":\[[^\]]*\]/.exec(text)![0];
  await expect.poll(() => idsOf(drawn.at(-1))).not.toBe(idsOf(before));
});

test('the dials of the pairs survive other screens and reload, both views apart', async ({ page }) => {
  const go = (name: string) => page.getByRole('navigation').getByRole('button', { name }).click();
  await go('Pairs');
  await page.getByRole('combobox', { name: 'Side' }).selectOption({ label: '64 px' });
  await page.getByRole('checkbox', { name: 'Colour' }).uncheck();
  await page.getByRole('checkbox', { name: 'The second view is altered in another way' }).check();
  await page.getByRole('checkbox', { name: 'Crop' }).uncheck();
  await go('Train');
  await go('Pairs');
  for (const isReloaded of [false, true]) {
    if (isReloaded) await page.reload();
    await expect(page.getByRole('combobox', { name: 'Side' })).toHaveValue('64');
    await page.getByRole('button', { name: 'First view' }).click();
    await expect(page.getByRole('checkbox', { name: 'Crop' })).toBeChecked();
    await expect(page.getByRole('checkbox', { name: 'Colour' })).not.toBeChecked();
    await page.getByRole('button', { name: 'Second view' }).click();
    await expect(page.getByRole('checkbox', { name: 'Crop' })).not.toBeChecked();
  }
  await expect(page.getByRole('img', { name: 'View 1 of image 2', exact: true })).toBeVisible();
});

test('the dials of a new run survive other screens and reload, and go with the run that is started', async ({
  page,
}) => {
  const go = (name: string) => page.getByRole('navigation').getByRole('button', { name }).click();
  const openDials = async (): Promise<void> => {
    if (!(await page.getByLabel('Images in a batch').isVisible())) await page.getByText('All dials').click();
  };
  await go('Pairs');
  await page.getByRole('checkbox', { name: 'Colour' }).uncheck();
  await page.getByRole('button', { name: /^Train with these/ }).click();
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill('0.2');
  await openDials();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await page.getByLabel('Name', { exact: true }).fill('moths, again');
  await page.getByLabel('Images in a batch').fill('32');
  await page.getByLabel('Normalisation').selectOption('group');
  await page.getByLabel('Nesterov momentum').check();
  await page.getByLabel('Nesterov momentum').blur();
  await go('Pairs');
  await page.getByRole('checkbox', { name: 'Crop' }).uncheck();
  await go('Train');
  const summary = page.getByText(
    'With the preset “Quick look”, Images in a batch 32, Normalisation group, and Nesterov momentum on as you set them.',
  );
  for (const isReloaded of [false, true]) {
    if (isReloaded) await page.reload();
    await expect(summary).toBeVisible();
    await expect(page.getByText('With your views at 64 px')).toBeVisible();
    await expect(page.getByRole('radio', { name: /Another time/ })).toBeChecked();
    await expect(page.getByRole('spinbutton', { name: 'Minutes' })).toHaveValue('0.2');
    await openDials();
    await expect(page.getByRole('combobox', { name: 'Preset' })).toHaveValue('quick');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('moths, again');
    await expect(page.getByLabel('Images in a batch')).toHaveValue('32');
    await expect(page.getByLabel('Normalisation')).toHaveValue('group');
    await expect(page.getByLabel('Nesterov momentum')).toBeChecked();
  }
  await page.getByRole('main').getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'moths, again' })).toBeVisible();
  await page.getByRole('button', { name: 'New run' }).click();
  await expect(page.getByRole('radio', { name: /15 minutes/ })).toBeChecked();
  await expect(summary).toBeHidden();
  await page.goBack();
  await page.goBack();
  await expect(summary).toBeVisible();
  await page.getByRole('button', { name: 'Set them back' }).click();
  await expect(summary).toBeHidden();
  await openDials();
  await expect(page.getByRole('combobox', { name: 'Preset' })).toHaveValue('auto');
});

for (const [what, width, height] of [
  ['1024 pixels wide', 1024, 700],
  ['2560 pixels wide', 2560, 1400],
  ['enlarged to 200 %', 720, 450],
] as const) {
  test(`nothing is cut off when ${what}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
    for (const name of ['Images', 'Pairs', 'Train', 'Map']) {
      await page.getByRole('navigation').getByRole('button', { name }).click();
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      const cut = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(cut, `${name} is wider than the window`).toBeLessThanOrEqual(0);
      const outside = await page
        .getByRole('banner')
        .getByRole('button')
        .evaluateAll((buttons) =>
          buttons
            .filter((button) => button.getBoundingClientRect().right > innerWidth)
            .map((button) => button.ariaLabel),
        );
      expect(outside, `beyond the right edge on ${name}`).toEqual([]);
    }
  });
}

test('nothing moves for who asked for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return [transitionDuration, animationDuration].some((text) =>
          text.split(',').some((part) => parseFloat(part) > 0),
        );
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 80)),
  );
  expect(moving).toEqual([]);
});
