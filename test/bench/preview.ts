/**
 * How soon the pairs on the screen follow a dial: from the click on a switch until every view is drawn anew, in a real
 * Chromium on a library of the sample images, 24 pairs at each side.
 *
 *   npm run bench -- preview [--clicks 60] [--out FILE.json]
 */
import { chromium, type Page } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../support/command-line.ts';
import { chromiumPath } from '../studio/support/chromium.ts';
import { MeasuredEngine } from './scale/measured-engine.ts';
import { type Measure, measureOf } from './scale/measures.ts';
import { show } from './scale/report.ts';
import { machineText } from './speed/machine.ts';

const SIDES = [32, 64, 96, 224];
const { values } = parseArgs({ options: { clicks: { type: 'string', default: '60' }, out: { type: 'string' } } });

/** Milliseconds from a click on each switch in turn until the frame that shows what it did. Runs in the page. */
async function follow(clicks: number): Promise<number[]> {
  const section = document.querySelector('section[aria-label="Pairs"]')!;
  const switches = [...document.querySelectorAll<HTMLInputElement>('aside legend input[type=checkbox]')];
  const shown = async (isBusy: boolean): Promise<void> => {
    while ((section.getAttribute('aria-busy') === 'true') !== isBusy) {
      await new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          resolve();
        });
        observer.observe(section, { attributes: true });
      });
    }
  };
  const times: number[] = [];
  for (let i = 0; i < clicks; i++) {
    const begin = performance.now();
    switches[i % switches.length]!.click();
    await shown(true);
    await shown(false);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - begin);
  }
  return times;
}

async function measure(page: Page, side: number): Promise<Measure[]> {
  await page.locator('aside select').selectOption(`${side}`);
  await page.locator('section[aria-label="Pairs"][aria-busy="false"] li').first().waitFor();
  const [first, ...others] = await page.evaluate(follow, Number(values.clicks));
  return [
    measureOf(`pairs of ${side} px, the first click`, [first!]),
    measureOf(`pairs of ${side} px, from the click to the frame`, others),
  ];
}

const scratch = mkdtempSync(join(tmpdir(), 'kindred-preview-'));
const library = join(scratch, 'library');
const engine = new MeasuredEngine(library, scratch);
try {
  await runCommand(library, 'import', resolve('resources/sample'));
  const browser = await chromium.launch({
    executablePath: chromiumPath()!,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(await engine.start());
    await page.getByRole('navigation').getByText('Pairs').click();
    const measures: Measure[] = [];
    for (const side of SIDES) measures.push(...(await measure(page, side)));
    for (const one of measures) console.log(show(one));
    const report = { machine: machineText(), node: process.version, pairs: 24, measures };
    if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await browser.close();
  }
} finally {
  await engine.stop();
  rmSync(scratch, { recursive: true, force: true });
}
