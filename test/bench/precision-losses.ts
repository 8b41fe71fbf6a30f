/**
 * Losses in bfloat16 beside float32: whether what rounding does to a training is less than what another seed does.
 *
 *   npm run bench -- precision-losses [--data DIR] [--steps 200] [--seeds 0,1,2] [--batch 256] [--set key=value …]
 *       [--write]
 *
 * Trains each seed in either precision by the product's own command, one after the other: six runs of some minutes each.
 * Without `--data` on the sample. `--write` keeps the losses and the comparison in results/precision-losses.json and .md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '#test/support/command-line.ts';
import { type LossRun, lossWindows } from './precision/loss-windows.ts';
import { verdictOf, windowText, writeReport } from './precision/report.ts';
import { machineText, versionsText } from './speed/machine.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const WINDOWS = 10;
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: SAMPLE },
    steps: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '0,1,2' },
    batch: { type: 'string', default: '256' },
    set: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
});
const { steps, batch } = values;
const seeds = values.seeds.split(',').map(Number);
if (seeds.length < 2) throw new Error('How far seeds are apart takes two of them at least: --seeds 0,1,2.');
const settings = ['side=32', 'encoder.width=0.25', ...values.set];

const scratch = mkdtempSync(join(tmpdir(), 'kindred-precision-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

async function commanded(...words: string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { code, events, stderr } = await runCommand(join(scratch, 'library'), ...words, '--json');
  if (code !== 0) throw new Error(`"${words.join(' ')}" ended with ${code}: ${stderr.slice(-2000)}`);
  return events;
}

let noSignalLoss = Number.NaN;

async function train(seed: number, precision: LossRun['precision']): Promise<LossRun> {
  const length = ['--batch', batch, '--steps', steps, '--seed', String(seed)];
  const events = await commanded('train', 'data', ...length, '--set', ...settings, `precision=${precision}`);
  const made = events.filter(({ event }) => event === 'run.progress');
  noSignalLoss = Number(made[0]!['noSignalLoss']);
  const losses = made.map(({ loss }) => Number(loss));
  process.stderr.write(`seed ${seed}, ${precision}: ${losses[0]!.toFixed(4)} to ${losses.at(-1)!.toFixed(4)}\n`);
  return { seed, precision, losses };
}

await commanded('import', resolve(values.data), '--name', 'data');
const runs: LossRun[] = [];
for (const seed of seeds)
  for (const precision of ['float32', 'bfloat16'] as const) runs.push(await train(seed, precision));
const windows = lossWindows(runs, WINDOWS);
for (const window of windows) console.log(windowText(window));
console.log(verdictOf(windows));
if (values.write) {
  const data = values.data === SAMPLE ? 'The sample' : values.data;
  const work = `${data}, ${steps} steps of ${batch} images, ${settings.join(', ')}, else the preset's own`;
  const [machine, versions] = [machineText(), await versionsText(null)];
  await writeReport({ work, machine, versions, measuredAt: new Date().toISOString(), noSignalLoss, windows, runs });
}
