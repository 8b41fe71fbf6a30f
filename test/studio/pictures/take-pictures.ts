/**
 * Pictures of every screen, in both themes, of the real studio on the sample images. With `--images DIR` the screens
 * that show images are taken with those instead. `--minutes M`: how long to train for the pictures. `--only runs`: of
 * several runs alone.
 */
import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumPath } from '../support/chromium.ts';
import { EngineProcess } from '../support/engine-process.ts';
import { sampleFolder } from '../support/sample-folder.ts';
import { Camera } from './camera.ts';
import { dialogScreens, emptyStates, failingStates, imageScreens, runScreens } from './scenes.ts';

const { values } = parseArgs({
  options: { images: { type: 'string' }, minutes: { type: 'string', default: '1.5' }, only: { type: 'string' } },
});

const library = mkdtempSync(join(tmpdir(), 'kindred-pictures-'));
const engine = new EngineProcess(library);
const browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // A large set is laid out for minutes.
  page.setDefaultTimeout(600_000);
  await page.goto(await engine.start());
  const prefix = values.images === undefined ? '' : `${basename(values.images).toLowerCase()}-`;
  const camera = new Camera(page, prefix, values.images ?? sampleFolder);
  const minutes = Number(values.minutes);
  if (values.only === 'runs') {
    await page.getByRole('button', { name: 'Try it with sample images' }).click();
    await runScreens(page, camera, minutes);
  } else {
    if (values.images === undefined) await emptyStates(page, camera);
    await imageScreens(page, camera, values.images ?? null, minutes);
    if (values.images === undefined) {
      await runScreens(page, camera, minutes);
      await dialogScreens(page, camera);
      await failingStates(page, camera, engine);
    }
  }
} finally {
  await browser.close();
  await engine.stop();
  rmSync(library, { recursive: true, force: true });
}
