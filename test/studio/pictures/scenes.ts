/** What is photographed: each scene brings the studio into a state by a person's own means. */
import type { Page } from '@playwright/test';
import type { EngineProcess } from '../support/engine-process.ts';
import { failRun, startTraining } from '../support/start-training.ts';
import type { Camera } from './camera.ts';

const place = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name }).click();

const visible = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

export async function emptyStates(page: Page, camera: Camera): Promise<void> {
  await page.getByRole('heading', { name: 'Drop folders of images here' }).waitFor();
  await camera.take('welcome');
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await camera.take('add-folders');
  await page.keyboard.press('Escape');
}

/** Import, grid, details, search, pairs, training and map. @param folder null: the sample images. */
export async function imageScreens(page: Page, camera: Camera, folder: string | null, minutes: number): Promise<void> {
  if (folder === null) await page.getByRole('button', { name: 'Try it with sample images' }).click();
  else {
    await page.getByRole('button', { name: 'Add folders …' }).click();
    await page.getByLabel('Paths of folders').fill(folder);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  }
  await page.getByRole('gridcell').first().waitFor();
  await camera.take('importing');
  await visible(page, /new files/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('gridcell').nth(2).click();
  await page
    .getByRole('gridcell')
    .nth(5)
    .click({ modifiers: ['ControlOrMeta'] });
  await page.getByRole('button', { name: 'Find similar images' }).waitFor();
  await camera.take('images');
  await page.getByRole('button', { name: 'Enlarge' }).click();
  await camera.take('enlarged');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await searchByColour(page, camera);
  await place(page, 'Pairs');
  await page.getByRole('img', { name: 'View 2 of image 3', exact: true }).waitFor();
  await camera.take('pairs');
  await training(page, camera, minutes);
  await searchScreens(page, camera);
  await place(page, 'Map');
  await page.getByRole('list', { name: 'Colours' }).waitFor();
  await camera.take('map');
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption('cluster');
  await page.getByRole('button', { name: /^1: / }).click();
  await camera.take('map-clusters');
}

/** What answers before anything was trained. */
async function searchByColour(page: Page, camera: Camera): Promise<void> {
  await page.getByRole('gridcell').nth(9).dblclick();
  await page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first().waitFor();
  await visible(page, 'by colour and shape');
  await camera.take('search-by-colour');
  await page.getByRole('button', { name: 'All images' }).click();
}

/** Neighbours of an image, and a box being dragged around a part of it. */
export async function searchScreens(page: Page, camera: Camera): Promise<void> {
  await place(page, 'Images');
  await page.getByRole('gridcell').nth(9).dblclick();
  await page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first().waitFor();
  await camera.take('search');
  await page.getByRole('button', { name: 'Choose a part of example 1' }).click();
  const { x, y, width, height } = (await page.getByRole('application', { name: /^Example 1/ }).boundingBox())!;
  await page.mouse.move(x + 0.2 * width, y + 0.15 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.7 * width, y + 0.6 * height, { steps: 5 });
  await camera.take('search-part');
  await page.mouse.up();
  await page.getByText('part', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'All images' }).click();
}

async function training(page: Page, camera: Camera, minutes: number): Promise<void> {
  await place(page, 'Train');
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill(String(minutes));
  await visible(page, 'Runs on');
  await page.getByText('All dials').click();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: 'Quick look' });
  await camera.take('new-run');
  await page.getByRole('main').getByRole('button', { name: 'Train', exact: true }).click();
  await visible(page, /^step [1-9][\d,]* of/);
  const pill = page.getByRole('button', { name: /^Training [5-9]\d%/ });
  await pill.waitFor({ timeout: minutes * 180_000 + 120_000 });
  await camera.take('training');
  // First all images are encoded.
  await page
    .getByText(/^Searches are now answered by/)
    .first()
    .waitFor({ timeout: minutes * 180_000 + 600_000 });
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  await camera.take('finished-run');
}

async function dismissAll(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  while ((await dismiss.count()) > 0) await dismiss.first().click();
}

/** Several runs: one that failed, two side by side, and one that waits for another. */
export async function runScreens(page: Page, camera: Camera, minutes: number): Promise<void> {
  await place(page, 'Train');
  const newRun = page.getByRole('button', { name: 'New run' });
  if (await newRun.isVisible()) await newRun.click();
  await failRun(page, 'steps too long');
  await dismissAll(page);
  await camera.take('failed-run');
  const temperatures = ['0.5', '0.1'];
  for (const temperature of temperatures) {
    await startTraining(page, `temperature ${temperature}`, minutes / 2, { 'Temperature τ': temperature });
    const finished = page.getByRole('button', { name: new RegExp(`^temperature ${temperature} finished`) });
    await finished.waitFor({ timeout: minutes * 180_000 + 120_000 });
    await dismissAll(page);
  }
  for (const temperature of temperatures)
    await page.getByRole('checkbox', { name: `Compare temperature ${temperature}`, exact: true }).check();
  await page.getByRole('row', { name: /^Temperature/ }).waitFor();
  await page.locator('figcaption').filter({ hasText: 'temperature 0.1' }).nth(1).waitFor();
  await camera.take('compared-runs');
  await startTraining(page, 'the longer one', 10);
  await visible(page, /^step [1-9][\d,]* of/);
  await startTraining(page, 'after that', 1);
  await visible(page, 'It is next; one run trains at a time.');
  await dismissAll(page);
  await camera.take('queued-run');
  await page.getByRole('button', { name: 'Leave the queue' }).click();
  await page.getByRole('button', { name: /^the longer one/ }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
  await dismissAll(page);
  await camera.take('paused-run');
}

/** What lies over every screen: all commands, and all keys. */
export async function dialogScreens(page: Page, camera: Camera): Promise<void> {
  await place(page, 'Images');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Command' }).waitFor();
  await camera.take('palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await camera.take('keys');
  await page.keyboard.press('Escape');
}

export async function failingStates(page: Page, camera: Camera, engine: EngineProcess): Promise<void> {
  await place(page, 'Images');
  await page.getByRole('searchbox').fill('nothing like this');
  await visible(page, 'No file matches.');
  await camera.take('nothing-found');
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await page.getByLabel(/^More about/).click();
  await page.getByRole('button', { name: 'Remove …' }).click();
  await camera.take('remove');
  await page.keyboard.press('Escape');
  await engine.killAtOnce();
  await visible(page, 'The engine is not answering');
  await camera.take('engine-lost');
}
