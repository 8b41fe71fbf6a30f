/** Pictures come in pages of 200: what is not here yet can be selected and looked at all the same. */
import { runCommand } from '#test/support/command-line.ts';
import { sampleFolder } from './support/sample-folder.ts';
import { expect, test as base } from './support/studio-test.ts';

const test = base.extend({
  library: async ({ library }, use) => {
    const { code, stderr } = await runCommand(library, 'import', sampleFolder);
    expect(code, stderr).toBe(0);
    await use(library);
  },
});
const PAGES = '**/rpc/file/page';

test('a click on a picture that is still on its way selects it', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'admission-tickets.png' }).click();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(PAGES, async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press('ControlOrMeta+End');
  await page.getByRole('gridcell', { name: 'Loading' }).last().click();
  await expect(page.getByRole('toolbar', { name: 'Selected files' }).getByText('1 file')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Details' }).getByRole('heading')).toHaveText('wood.png');
  release();
  await expect(page.getByRole('gridcell', { name: 'wood.png' })).toHaveAttribute('aria-selected', 'true');
});

test('pictures are on screen with the cells that stand for them', async ({ page }) => {
  // Each change of what stands in the grid is looked at: no cell is ever empty while its page is fetched at a start.
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seenCells: seen });
    new MutationObserver(() => {
      for (const cell of document.querySelectorAll('[role=gridcell]')) seen.add(cell.getAttribute('aria-label') ?? '');
    }).observe(document, { subtree: true, childList: true });
  });
  await page.reload();
  await expect(page.getByRole('gridcell', { name: 'admission-tickets.png' })).toBeVisible();
  const seen = await page.evaluate(() => [...(globalThis as unknown as { seenCells: Set<string> }).seenCells]);
  expect(seen.length).toBeGreaterThan(20);
  expect(seen).not.toContain('Loading');
});

test('the loupe goes on from one page into the next, and the grid goes along', async ({ page }) => {
  await page.getByRole('gridcell', { name: 'admission-tickets.png' }).click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('f');
  const place = page.getByRole('dialog', { name: /, enlarged$/ }).getByRole('status');
  await expect(place).toHaveText('1,000 of 1,000');
  for (let at = 999; at > 795; at--) {
    await page.keyboard.press('ArrowLeft');
    await expect(place).toHaveText(`${at} of 1,000`);
  }
  await page.keyboard.press('Escape');
  await expect(place).toBeHidden();
  const focused = page.getByRole('gridcell', { selected: true });
  await expect(focused).toBeInViewport();
});

test('what is asked while the engine closes is cut off, and not told as a fault', async ({ page, engine, watch }) => {
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  watch.expectLostEngine();
  // Once one of many searches is answered, the others wait for theirs.
  await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json', 'x-kindred-key': localStorage.getItem('kindred-key')! };
    const body = JSON.stringify({ json: { like: [{ imageId: 1 }], filter: {}, top: 1000 } });
    const search = () => fetch('/rpc/search/similar', { method: 'POST', headers, body });
    const searches = Array.from({ length: 400 }, search);
    for (const one of searches) one.catch(() => undefined);
    await Promise.any(searches);
  });
  expect(await engine.stop()).toBe(0);
  expect(engine.said).not.toContain('A request failed');
  await engine.start();
});
