/** The one selection: kept in the address, shown on its own, and labelled and tagged as a whole. */
import type { Page } from '@playwright/test';
import { expect, trainedTest as test } from './support/studio-test.ts';

const cell = (page: Page, name: string) => page.getByRole('gridcell', { name });
const files = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected files' });

async function selectTwo(page: Page): Promise<void> {
  await cell(page, 'ant.png').click();
  await cell(page, 'beetle.png').click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page).getByText('2 files')).toBeVisible();
}

test('a selection survives reload, follows back, and is what a copied address shows', async ({ page, context }) => {
  await selectTwo(page);
  // The launch code, which left the address at the start, does not come back with what is written there.
  await expect(page).toHaveURL(/selected=/);
  await expect(page).not.toHaveURL(/code=/);
  await page.reload();
  await expect(bar(page).getByText('2 files')).toBeVisible();
  await expect(cell(page, 'beetle.png')).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.goBack();
  await expect(cell(page, 'ant.png')).toHaveAttribute('aria-selected', 'true');
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(cell(other, 'beetle.png')).toHaveAttribute('aria-selected', 'true');
  await expect(bar(other).getByText('2 files')).toBeVisible();
});

test('a box on the map is shown in the grid by itself, can be narrowed, and kept as a view', async ({ page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  const map = page.getByRole('application', { name: /^Map of 96 images/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  const area = (await map.boundingBox())!;
  await page.keyboard.down('Control');
  await page.mouse.move(area.x + 2, area.y + 2);
  await page.mouse.down();
  // The map is centred: half its width leaves out its rightmost image and takes in its leftmost.
  await page.mouse.move(area.x + area.width * 0.5, area.y + area.height - 2, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Control');
  const selected = Number(
    /^\d+/.exec(
      (await bar(page)
        .getByText(/^\d+ files?$/)
        .textContent())!,
    )![0],
  );
  expect(selected).toBeGreaterThan(1);
  expect(selected).toBeLessThan(96);
  await bar(page).getByRole('button', { name: 'Show in the grid' }).click();
  await expect(files(page, `${selected} chosen files`)).toBeVisible();
  await page.getByRole('button', { name: 'Keep this view …' }).click();
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('left of the map');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'All images' }).click();
  await expect(files(page, '96 files')).toBeVisible();
  await page.getByRole('button', { name: 'left of the map', exact: true }).click();
  await expect(files(page, `${selected} chosen files`)).toBeVisible();
  await page.reload();
  await expect(files(page, `${selected} chosen files`)).toBeVisible();
});

test('only the selected are searched among, once they are all that is shown', async ({ page }) => {
  await page.getByRole('button', { name: 'flags 32' }).click();
  await expect(files(page, '32 files')).toBeVisible();
  await page.getByRole('grid').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar(page).getByText('32 files')).toBeVisible();
  await page.keyboard.press('o');
  await expect(files(page, '32 chosen files')).toBeVisible();
  await page.getByRole('gridcell').nth(4).dblclick();
  const found = page.getByRole('grid', { name: 'Similar images' });
  await expect(found.getByRole('gridcell').first()).toBeVisible();
  await expect(found).toHaveAttribute('aria-rowcount', /^[1-9]/);
  const others = found.getByRole('gridcell', { name: /animals-nature|food-drink/ });
  await expect(others).toHaveCount(0);
});

test('many are labelled and tagged at once, with the names in use on offer, and it is one undo each', async ({
  page,
}) => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar(page).getByText('96 files')).toBeVisible();
  await page.keyboard.press('l');
  await expect(page.locator('#selection-known option')).toHaveCount(3);
  await page.keyboard.type('flags');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'flags 96' })).toBeVisible();
  await page.getByRole('grid').focus();
  await page.keyboard.press('t');
  await page.keyboard.type('checked');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'checked 96' })).toBeVisible();
  await selectTwo(page);
  await page.getByRole('grid').focus();
  await page.keyboard.press('t');
  await page.keyboard.type('checked');
  await bar(page).getByRole('button', { name: 'Take it away' }).click();
  await expect(page.getByRole('button', { name: 'checked 94' })).toBeVisible();
  for (const left of ['checked 96', 'flags 96']) {
    await page.keyboard.press('ControlOrMeta+z');
    await expect(page.getByRole('button', { name: left })).toBeVisible();
    if (left === 'flags 96') await expect(page.getByRole('button', { name: /^checked/ })).toHaveCount(0);
  }
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.getByRole('button', { name: 'flags 32' })).toBeVisible();
});
