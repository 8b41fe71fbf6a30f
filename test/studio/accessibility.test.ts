/** axe on every screen and state, light and dark, usual and high contrast. */
import { expectAccessible } from './support/accessibility.ts';
import { failRun, startTraining } from './support/start-training.ts';
import { expect, test, trainedTest } from './support/studio-test.ts';

test.describe('an empty library', () => {
  test('is accessible when one arrives, adds folders, and has no key', async ({ page, engine, context }) => {
    await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
    await expectAccessible(page, 'welcome');
    await page.getByRole('button', { name: 'Add folders …' }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('Paste the path of a folder')).toBeVisible();
    await expectAccessible(page, 'adding folders, refused');
    await context.clearCookies();
    await page.evaluate(() => localStorage.clear());
    await page.goto(engine.origin);
    await expect(page.getByRole('heading', { name: 'This tab has no key' })).toBeVisible();
    await expectAccessible(page, 'no key');
  });
});

trainedTest.describe('a trained library', () => {
  trainedTest('is accessible among images', async ({ page }) => {
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    await expectAccessible(page, 'grid');
    await page.getByRole('gridcell', { name: 'ant.png' }).click();
    await expect(page.getByRole('button', { name: 'Find similar images' })).toBeVisible();
    await expectAccessible(page, 'one selected, with details');
    await page.getByRole('button', { name: 'Enlarge' }).click();
    await expectAccessible(page, 'a picture enlarged');
    await page.keyboard.press('Escape');
    await page.getByRole('toolbar').getByRole('button', { name: 'Label' }).click();
    await expectAccessible(page, 'labelling');
    await page.getByRole('button', { name: 'with a problem 1' }).click();
    await page.getByRole('gridcell', { name: 'torn.png' }).click();
    await expectAccessible(page, 'a problem');
    await page.getByRole('button', { name: 'Keep this view …' }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('torn');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'torn', exact: true })).toBeVisible();
    await expectAccessible(page, 'a view that is kept');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('searchbox').fill('no such file');
    await expect(page.getByText('No file matches.')).toBeVisible();
    await expectAccessible(page, 'nothing found');
  });

  trainedTest('is accessible while searching', async ({ page }) => {
    await page.getByRole('gridcell', { name: 'ant.png' }).dblclick();
    await expect(page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first()).toBeVisible();
    await page.getByRole('gridcell').nth(5).click();
    await page.getByRole('button', { name: 'Less like this' }).click();
    await expect(page.getByRole('img', { name: 'Counter-example 1' })).toBeVisible();
    await expectAccessible(page, 'search with a counter-example');
    await page.getByRole('button', { name: 'Add an example from outside' }).click();
    await expectAccessible(page, 'a question for another example');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Choose a part of example 1' }).click();
    await page.getByRole('application', { name: /^Example 1/ }).press('ArrowRight');
    await expectAccessible(page, 'a part of an example');
  });

  trainedTest('is accessible in menus and questions', async ({ page }) => {
    await page.getByLabel('More about emoji').click();
    await expectAccessible(page, 'menu of a data set');
    await page.getByRole('button', { name: 'Remove …' }).click();
    await expect(page.getByRole('heading', { name: 'Remove emoji from the library?' })).toBeVisible();
    await expectAccessible(page, 'question before removing');
  });

  trainedTest('is accessible among pairs', async ({ page }) => {
    await page.getByRole('button', { name: 'Pairs', exact: true }).click();
    await expect(page.getByRole('img', { name: 'View 1 of image 2', exact: true })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Crop' }).uncheck();
    await expect(page.getByText('Without crops both views show the same thing')).toBeVisible();
    await expectAccessible(page, 'pairs with a warning');
  });

  trainedTest('is accessible before, while and after training', async ({ page }) => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('All dials').click();
    await expect(page.getByText('Runs on')).toBeVisible();
    await expectAccessible(page, 'new run, all dials');
    await page.getByRole('button', { name: /^ten steps/ }).click();
    await expect(page.getByRole('img', { name: /^Loss/ })).toBeVisible();
    await expectAccessible(page, 'a finished run');
    await page.getByRole('button', { name: 'Remove …' }).click();
    await expectAccessible(page, 'question before removing a run');
  });

  trainedTest('is accessible while a run trains and another waits', async ({ page }) => {
    trainedTest.setTimeout(180_000);
    await startTraining(page, 'the longer one', 10);
    await expect(page.getByText(/^step [1-9][\d,]* of/)).toBeVisible({ timeout: 120_000 });
    await expectAccessible(page, 'a run that trains');
    await startTraining(page, 'after that', 1);
    await expect(page.getByText('It is next; one run trains at a time.')).toBeVisible();
    await expectAccessible(page, 'a run that waits');
    await page.getByRole('button', { name: 'Leave the queue' }).click();
    await page.getByRole('button', { name: /^the longer one/ }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
    await expectAccessible(page, 'a paused run');
  });

  trainedTest('is accessible when a run has failed, and beside others', async ({ page }) => {
    trainedTest.setTimeout(180_000);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await failRun(page, 'too fast');
    await expectAccessible(page, 'a failed run');
    await page.getByRole('checkbox', { name: 'Compare too fast' }).check();
    await page.getByRole('checkbox', { name: 'Compare ten steps' }).check();
    await expect(page.getByRole('heading', { name: '2 runs' })).toBeVisible();
    await expect(page.getByRole('img', { name: /^Loss\./ })).toHaveAttribute('aria-label', /ten steps: [\d.]+ at step/);
    await expectAccessible(page, 'runs beside each other');
  });

  trainedTest('is accessible in the lists of commands and keys', async ({ page }) => {
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('dialog', { name: 'All commands' })).toBeVisible();
    await expectAccessible(page, 'all commands');
    await page.keyboard.type('no such thing');
    await expect(page.getByText('No command has these words.')).toBeVisible();
    await expectAccessible(page, 'no command found');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'all keys');
  });

  trainedTest('is accessible on the map', async ({ page }) => {
    await page.getByRole('button', { name: 'Map', exact: true }).click();
    await expect(page.getByRole('heading', { name: '96 images' })).toBeVisible({ timeout: 60_000 });
    await page.getByRole('application', { name: /^Map of 96 images/ }).focus();
    await page.keyboard.press('Space');
    await expectAccessible(page, 'map with a selection');
  });

  trainedTest('is accessible while the engine is away', async ({ page, engine, watch }) => {
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    watch.expectLostEngine();
    await engine.killAtOnce();
    await expect(page.getByText('The engine is not answering')).toBeVisible();
    await expectAccessible(page, 'engine lost');
    await engine.start();
    await expect(page.getByText('The engine is not answering')).toBeHidden();
  });
});
