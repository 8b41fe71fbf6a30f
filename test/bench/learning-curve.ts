/**
 * How well an encoder gets, epoch by epoch, judged by the product's own commands: trains, keeps every checkpoint that
 * falls on the end of an epoch, then judges each by kNN (k = 200) and the last one by the linear probe, on the test split.
 * Beside each stands the contrastive accuracy, the mean of the epoch's steps.
 *
 *   npx node test/bench/learning-curve.ts --library DIR --dataset NAME --epochs 10 --seed 0 --out FILE.json
 *       [--set key=value …]   settings besides the preset `quick`, e.g. precision=float32
 *       [--judge 1,5,10]      which epochs to judge (else all)
 *
 * The dataset must be imported and have train and test splits. Takes as long as the training and 20 s an epoch.
 */
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';

const CLI = new URL('../../src-main/hosts/cli/main.ts', import.meta.url).pathname;
const run = promisify(execFile);
type Line = Readonly<Record<string, unknown>>;

const { values } = parseArgs({
  options: {
    library: { type: 'string' },
    dataset: { type: 'string' },
    epochs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    judge: { type: 'string' },
  },
});
const { library, dataset, out } = values;
if (library === undefined || dataset === undefined || out === undefined)
  throw new Error('--library, --dataset and --out');
const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** Trains; copies each checkpoint of an epoch's end aside as soon as it is there. */
async function train(kept: string): Promise<{ runId: string; stepsPerEpoch: number; finished: Line }> {
  const settings = values.set.length > 0 ? ['--set', ...values.set] : [];
  const length = ['--preset', 'quick', '--epochs', values.epochs, '--seed', values.seed];
  const child = spawn(
    process.execPath,
    [CLI, 'train', dataset!, ...length, ...settings, '--json', '--library', library!],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let runId = '';
  let stepsPerEpoch = 1;
  let last: Line = {};
  for await (const text of createInterface({ input: child.stdout })) {
    const line = (last = JSON.parse(text) as Line);
    runId = typeof line['runId'] === 'string' ? line['runId'] : runId;
    if (line['event'] === 'run.started') stepsPerEpoch = Number(line['stepsPerEpoch']);
    if (line['event'] !== 'run.checkpointed' || Number(line['step']) % stepsPerEpoch !== 0) continue;
    const name = `step-${String(line['step']).padStart(12, '0')}`;
    const source = join(library!, 'runs', runId, 'checkpoints', name);
    if (existsSync(source)) cpSync(source, join(kept, name), { recursive: true });
  }
  if (last['event'] !== 'run.finished') throw new Error(`Training ended with ${JSON.stringify(last)}`);
  return { runId, stepsPerEpoch, finished: last };
}

async function judge(runId: string, protocol: string): Promise<Line> {
  const args = [CLI, 'evaluate', runId, '--protocol', protocol, '--json', '--library', library!];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 2 ** 20 });
  return linesOf(stdout).at(-1)!;
}

/** The mean of the steps of an epoch that ends after `lastStep`; null for the start. */
function contrastiveAccuracy(runId: string, lastStep: number, stepsPerEpoch: number): number | null {
  const steps = linesOf(readFileSync(join(library!, 'runs', runId, 'metrics.jsonl'), 'utf8')).filter(
    ({ kind, step }) => kind === 'progress' && Number(step) > lastStep - stepsPerEpoch && Number(step) <= lastStep,
  );
  const values = steps.map(({ measures }) => Number((measures as Line)['contrastiveAccuracy']));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const kept = `${out}.checkpoints`;
rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });
const { runId, stepsPerEpoch, finished } = await train(kept);
const own = join(library, 'runs', runId, 'checkpoints');
renameSync(own, `${own}.all`);
const wanted = values.judge?.split(',').map(Number) ?? Array.from({ length: Number(values.epochs) + 1 }, (_, i) => i);
const curve: Line[] = [];
for (const epoch of wanted) {
  const name = `step-${String(epoch * stepsPerEpoch).padStart(12, '0')}`;
  if (!existsSync(join(kept, name))) continue;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  cpSync(join(kept, name), join(own, name), { recursive: true });
  const { top1, k, n, pretrainedOnTest } = await judge(runId, 'knn');
  const contrastive = contrastiveAccuracy(runId, epoch * stepsPerEpoch, stepsPerEpoch);
  curve.push({ epoch, knn: top1, k, n, pretrainedOnTest, contrastiveAccuracy: contrastive });
  process.stderr.write(`epoch ${epoch}: kNN ${String(top1)}\n`);
}
const linear = await judge(runId, 'linear');
rmSync(own, { recursive: true, force: true });
renameSync(`${own}.all`, own);
rmSync(kept, { recursive: true });
const { steps, seconds, viewsPerSecond, loss } = finished;
const machine = `${cpus()[0]?.model ?? 'CPU'}, ${cpus().length} cores`;
const { top1, l2, n } = linear;
const report = { dataset, seed: Number(values.seed), settings: values.set, machine, node: process.version };
const training = { steps, seconds, viewsPerSecond, loss };
writeFileSync(out, `${JSON.stringify({ ...report, training, curve, linear: { top1, l2, n } }, null, 2)}\n`);
