/** The page as the desktop window shows it: with what the preload script adds to it, stood for by a script of the test's. */
import type { Page } from '@playwright/test';
import { basename, join } from 'node:path';
import { menuCommands, type Desktop, type DesktopMessage } from '../../src-main/contract/studio/desktop.ts';
import { dropPaths } from './support/drop-folder.ts';
import { sampleFolder, smallSample } from './support/sample-folder.ts';
import { expect, test } from './support/studio-test.ts';

interface DesktopPage {
  kindredDesktop: Desktop;
  tellPage: (message: DesktopMessage) => void;
}

/** Loads the page again as the desktop's. @param places absolute paths by the name of what is dropped or chosen. */
async function makeDesktop(page: Page, places: Readonly<Record<string, string>>): Promise<void> {
  await page.addInitScript((known) => {
    const world = globalThis as unknown as DesktopPage;
    world.kindredDesktop = {
      pathOf: ({ name }) => known[name] ?? '',
      chooseFolders: async () => Object.values(known),
      onMessage: (take) => (world.tellPage = take),
    };
  }, places);
  await page.reload();
  await page.waitForFunction(() => 'tellPage' in globalThis);
}

const tell = (page: Page, message: DesktopMessage): Promise<void> =>
  page.evaluate((told) => (globalThis as unknown as DesktopPage).tellPage(told), message);

test('a folder that is dropped is imported where it lies', async ({ page, folder }) => {
  const pictures = smallSample(folder, ['flags'], 12);
  await makeDesktop(page, { [basename(pictures)]: pictures });
  await dropPaths(page, [pictures]);
  await expect(page.getByRole('heading', { name: '12 files' })).toBeVisible();
  await page.getByRole('gridcell').first().click();
  await expect(page.getByText(join(pictures, 'flags'), { exact: false }).last()).toBeVisible();
});

test('folders come by the system’s chooser, and by being opened with Kindred', async ({ page, folder }) => {
  const pictures = smallSample(folder, ['flags'], 12);
  await makeDesktop(page, { chosen: pictures });
  await tell(page, { kind: 'command', name: menuCommands.file[0].name });
  await page.getByRole('button', { name: 'Choose …' }).click();
  await expect(page.getByLabel('Paths of folders')).toHaveValue(pictures);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await tell(page, { kind: 'paths', paths: [join(sampleFolder, 'activities')] });
  await expect(page.getByRole('gridcell').first()).toBeVisible();
});

test('entries of the menu and links from outside lead to where they say', async ({ page, folder }) => {
  const pictures = smallSample(folder, ['flags'], 12);
  await makeDesktop(page, {});
  await tell(page, { kind: 'paths', paths: [pictures] });
  await expect(page.getByRole('gridcell').first()).toBeVisible();

  for (const { name } of menuCommands.go.filter(
    (entry) => entry.name.startsWith('go.') && entry.name !== 'go.images',
  )) {
    await tell(page, { kind: 'command', name });
    await expect(page).toHaveURL(new RegExp(`screen=${name.slice(3)}`));
  }
  await tell(page, { kind: 'command', name: 'go.images' });
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  for (const name of ['palette.open', menuCommands.help[0].name]) {
    await tell(page, { kind: 'command', name });
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }

  await tell(page, { kind: 'link', link: 'kindred://images?text=japan' });
  await expect(page).toHaveURL(/text=japan/);
  await tell(page, { kind: 'link', link: 'kindred://elsewhere?text=a' });
  await expect(page.getByText('This link leads to nothing in Kindred.')).toBeVisible();
  await expect(page).toHaveURL(/text=japan/);
});
