/** What a person does in a round of the session, each from whatever screen the one before left. */
import type { Page } from '@playwright/test';
import { expect } from './patience.ts';

const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name });
const grid = (page: Page) => page.getByRole('grid', { name: 'Images' });
const frame = (page: Page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));

async function toImages(page: Page): Promise<void> {
  await place(page, 'Images').click();
  const all = page.getByRole('button', { name: 'All images' });
  if (await all.isVisible()) await all.click();
  await page.keyboard.press('Escape');
  await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
}

async function scroll(page: Page): Promise<void> {
  await toImages(page);
  await grid(page).hover();
  for (const direction of [1, -1])
    for (let i = 0; i < 12; i++) {
      await page.mouse.wheel(0, direction * 500);
      await frame(page);
    }
  await expect(grid(page).getByRole('gridcell').first()).toBeVisible();
}

async function filter(page: Page): Promise<void> {
  await toImages(page);
  const flags = page.getByRole('button', { name: /^flags \d+/ });
  await flags.click();
  await expect(flags).toHaveAttribute('aria-pressed', 'true');
  await flags.click();
  await expect(flags).toHaveAttribute('aria-pressed', 'false');
}

async function enlarge(page: Page): Promise<void> {
  await toImages(page);
  await grid(page).getByRole('gridcell').nth(2).click();
  await page.keyboard.press('f');
  const loupe = page.getByRole('dialog', { name: /, enlarged$/ });
  await expect(loupe).toBeVisible();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(loupe).toBeHidden();
}

async function search(page: Page): Promise<void> {
  await toImages(page);
  await grid(page).getByRole('gridcell').nth(5).dblclick();
  const found = page.getByRole('grid', { name: 'Similar images' });
  await expect(found.getByRole('gridcell').first()).toBeVisible();
  await found.getByRole('gridcell').nth(3).click();
  await page.getByRole('button', { name: 'Less like this' }).click();
  await expect(page.getByRole('img', { name: 'Counter-example 1' })).toBeVisible();
  await toImages(page);
}

async function pairs(page: Page): Promise<void> {
  await place(page, 'Pairs').click();
  const view = page.getByRole('img', { name: 'View 1 of image 2', exact: true });
  await expect(view).toBeVisible();
  const pictured = () => view.evaluate((node) => (node as HTMLCanvasElement).toDataURL());
  const before = await pictured();
  const crop = page.getByRole('checkbox', { name: 'Crop' });
  await crop.click();
  await expect.poll(pictured).not.toBe(before);
  await crop.click();
  await expect.poll(pictured).toBe(before);
}

async function map(page: Page): Promise<void> {
  await place(page, 'Map').click();
  const canvas = page.getByRole('application', { name: /^Map of [1-9]/ });
  await expect(canvas).toBeVisible();
  const box = (await canvas.boundingBox())!;
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  for (let i = 0; i < 8; i++) await page.mouse.move(...at(0.2 + 0.08 * i, 0.5), { steps: 3 });
  await page.keyboard.down('Control');
  for (const turn of [-60, 60]) {
    await page.mouse.wheel(0, turn);
    await frame(page);
  }
  await page.keyboard.up('Control');
  await canvas.press('0');
  await page.mouse.move(...at(0.05, 0.05));
  await page.mouse.down();
  for (const [x, y] of [
    [0.95, 0.05],
    [0.95, 0.95],
    [0.05, 0.95],
  ] as const)
    await page.mouse.move(...at(x, y), { steps: 4 });
  await page.mouse.up();
  await expect(page.getByText(/\d+ files selected/)).toBeVisible();
  await page.keyboard.press('Escape');
}

/** Sets the label of one picture; `undoLabel` takes it back. */
export async function setLabel(page: Page, label: string): Promise<void> {
  await toImages(page);
  await grid(page).getByRole('gridcell').nth(1).click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Label' }).click();
  await page.keyboard.type(label);
  await page.keyboard.press('Enter');
  await expect(labelled(page, label)).toBeVisible();
}

export async function undoLabel(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: /^Undo:/ }).click();
  await expect(labelled(page, label)).toBeHidden();
}

export const labelled = (page: Page, label: string) =>
  grid(page).getByRole('gridcell', { name: new RegExp(`, ${label}$`) });

async function palette(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.type('map');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
}

export const ROUND: readonly (readonly [string, (page: Page, round: number) => Promise<void>])[] = [
  ['scroll', scroll],
  ['filter', filter],
  ['enlarge', enlarge],
  ['search', search],
  ['pairs', pairs],
  ['map', map],
  [
    'label and undo',
    async (page, round) => {
      await setLabel(page, `round-${round}`);
      await undoLabel(page, `round-${round}`);
    },
  ],
  ['palette', palette],
];
