/**
 * A long session of the studio in a real Chromium: a person who scrolls, filters, enlarges, searches, looks at pairs and
 * at the map, labels and undoes, and trains twice; and what it does to the memory of tab, engine and compute.
 *
 *   npm run bench -- soak --library DIR [--minutes 120] [--images FOLDER] [--write]
 *
 * DIR must not exist; FOLDER is the sample unless another is given (then with a label `flags`). Ends with 1 when a step
 * failed or something grows; what the tab showed when a step failed is in DIR/faults. `--write` keeps results/soak.json
 * and soak.md, every five minutes.
 */
import type { Page } from '@playwright/test';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runCommand } from '../support/command-line.ts';
import { startTraining } from '../studio/support/start-training.ts';
import { MeasuredEngine } from './scale/measured-engine.ts';
import { LightBrowser } from './soak/light-browser.ts';
import { expect, PATIENCE_MS } from './soak/patience.ts';
import { keepSoak, shown, type SoakOutcome } from './soak/report.ts';
import { type Sample, Sampler } from './soak/samples.ts';
import { labelled, ROUND, setLabel, undoLabel } from './soak/steps.ts';
import { verdictsOf } from './soak/verdict.ts';
import { WatchedSession } from './soak/watched-session.ts';

const { values } = parseArgs({
  options: {
    library: { type: 'string', default: '' },
    minutes: { type: 'string', default: '120' },
    images: { type: 'string', default: 'resources/sample' },
    write: { type: 'boolean', default: false },
  },
});
if (values.library === '') throw new Error('Name a folder for the library: --library DIR.');
const library = resolve(values.library);
if (existsSync(library)) throw new Error(`"${library}" exists; name one that does not.`);
const minutes = Number(values.minutes);

const SAMPLE_MS = 30_000;
const KEEP_EVERY = 10;
const PAUSE_MS = 4000;
const TABS = 9;
/** Shares of the session at which a training begins, and how long it lasts. */
const TRAININGS_AT = [0.03, 0.5];
const TRAINING_SHARE = 1 / 30;

const startMs = performance.now();
const minuteNow = (): number => (performance.now() - startMs) / 60_000;
const samples: Sample[] = [];
let [rounds, trainings] = [0, 0];

async function nineTabs(session: WatchedSession): Promise<void> {
  const { page } = session;
  const others: Page[] = [];
  try {
    while (others.length < TABS - 1) {
      const other = await page.context().newPage();
      others.push(other);
      await other.goto(new URL(page.url()).origin);
      await expect(other.getByRole('grid', { name: 'Images' }).getByRole('gridcell').first()).toBeVisible();
    }
    const label = `tabs-${rounds}`;
    await page.bringToFront();
    await setLabel(page, label);
    await Promise.all(others.map((other) => labelled(other, label).waitFor({ timeout: PATIENCE_MS })));
    await undoLabel(page, label);
  } finally {
    for (const other of others) await other.close();
  }
}

async function training(session: WatchedSession): Promise<void> {
  trainings += 1;
  const name = `session ${trainings}`;
  await session.step(name, async (page) => {
    await startTraining(page, name, Math.max(0.5, minutes * TRAINING_SHARE));
    await expect(page.getByText(/^step [1-9]\d* of \d+/)).toBeVisible({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click({ timeout: 60_000 });
    await expect(page.getByText(/^finished/)).toBeVisible({ timeout: 30 * 60_000 });
  });
}

async function drive(session: WatchedSession): Promise<void> {
  await session.step('nine tabs', () => nineTabs(session));
  while (minuteNow() < minutes) {
    if (trainings < TRAININGS_AT.length && minuteNow() >= TRAININGS_AT[trainings]! * minutes) await training(session);
    for (const [name, make] of ROUND) {
      await session.step(name, (page) => make(page, rounds));
      await wait(PAUSE_MS);
    }
    rounds += 1;
  }
  await session.step('nine tabs again', () => nineTabs(session));
}

const scratch = mkdtempSync(join(tmpdir(), 'kindred-soak-'));
const engine = new MeasuredEngine(library, scratch);
const chromium = await LightBrowser.launch(join(scratch, 'profile'));
try {
  const imported = await runCommand(library, 'import', resolve(values.images));
  if (imported.code !== 0) throw new Error(imported.stderr);
  const address = await engine.start();
  const context = chromium.browser.contexts()[0]!;
  const evidence = join(library, 'faults');
  mkdirSync(evidence);
  const session = await WatchedSession.open(context, address, evidence);
  const idle = await WatchedSession.open(context, new URL(address).origin, evidence);
  await session.page.bringToFront();
  const sampler = await Sampler.of(chromium.browser, engine, session.page);
  const outcome = (): SoakOutcome => ({
    minutes: minuteNow(),
    rounds,
    steps: session.stepsMade,
    trainings,
    faults: [...session.faults, ...idle.faults],
    samples,
  });
  const sampling = setInterval(() => {
    void sampler.take(minuteNow()).then(async (sample) => {
      samples.push(sample);
      if (values.write && samples.length % KEEP_EVERY === 0) await keepSoak(outcome());
    });
  }, SAMPLE_MS);
  await drive(session);
  clearInterval(sampling);
  const verdicts = verdictsOf(samples);
  for (const verdict of verdicts) console.log(shown(verdict));
  const { faults, steps } = outcome();
  console.log(`${rounds} rounds, ${steps} steps, ${trainings} trainings, ${faults.length} faults`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (values.write) await keepSoak(outcome());
  if (faults.length > 0 || verdicts.some(({ isFlat }) => !isFlat)) process.exitCode = 1;
} finally {
  await chromium.close();
  await engine.stop();
  rmSync(scratch, { recursive: true, force: true });
}
