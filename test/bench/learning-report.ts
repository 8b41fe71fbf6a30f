/**
 * The learning report from the committed measurements: `npx node test/bench/learning-report.ts` writes
 * `results/learning.md` from `results/learning-*.json` (see `learning-curve.ts` for how those are made).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Curve {
  readonly seed: number;
  readonly machine: string;
  readonly training: { readonly seconds: number; readonly viewsPerSecond: number };
  readonly curve: readonly { readonly epoch: number; readonly knn: number; readonly contrastiveAccuracy?: number }[];
  readonly linear: { readonly top1: number };
}
interface Peer {
  readonly what: string;
  readonly knn: readonly number[];
  readonly linear: number;
  readonly randomStart: { readonly knn: number };
}
interface LongRun {
  readonly command: string;
  readonly steps: number;
  readonly seconds: number;
  readonly viewsPerSecond: number;
  readonly waitingShare: number;
  readonly finalLoss: number;
  readonly noSignalLoss: number;
  readonly headline: readonly { readonly epoch: number; readonly top1: number; readonly n: number }[];
  readonly computeMemory: readonly { readonly minutes: number; readonly residentMb: number }[];
  readonly test: { readonly knn: { readonly top1: number }; readonly linear: { readonly top1: number } };
  readonly neighbours: { readonly picture: string; readonly sameLabel: number; readonly of: number };
}

const RESULTS = join(import.meta.dirname, 'results');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(RESULTS, name), 'utf8')) as T;
/** What was changed in between; nothing learned may. */
const stages: Readonly<Record<string, string>> = {
  'own-convolutions': 'convolutions of our own',
  tiles: 'by tiles',
  float32: 'by tiles, float32',
};
const seeds = ['seed0', 'seed1', 'seed0-own-convolutions', 'seed0-tiles', 'seed1-tiles', 'seed0-float32'].map(
  (name) => {
    const curve = read<Curve>(`learning-${name}.json`);
    const stage = stages[name.slice(name.indexOf('-') + 1)];
    return { ...curve, label: `seed ${curve.seed}${stage === undefined ? '' : `, ${stage}`}` };
  },
);
const chunked = (['ghost', 'global'] as const).map((norm) => ({ norm, ...read<Curve>(`learning-${norm}-512.json`) }));
const peer = read<Peer>('learning-peer.json');
const long = read<LongRun>('learning-40-epochs.json');
const digits = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3).slice(1));
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

const epochs = Array.from({ length: 11 }, (_, epoch) => epoch);
const knnAt = (curve: Curve, epoch: number): number | undefined => curve.curve.find((at) => at.epoch === epoch)?.knn;
const curveRows = epochs.map((epoch) =>
  row(
    epoch === 0 ? 'start' : epoch,
    ...seeds.map((seed) => digits(knnAt(seed, epoch))),
    digits(epoch === 0 ? peer.randomStart.knn : peer.knn[epoch - 1]),
  ),
);
const longRows = long.headline.map(({ epoch, top1 }) => row(Math.round(epoch), digits(top1)));
const memory = long.computeMemory.map(({ residentMb }) => residentMb);

const lastOf = ({ curve }: Curve) => curve.at(-1)!;
const chunkedRows = chunked.map((run) =>
  row(
    `\`${run.norm}\``,
    digits(knnAt(run, 1)),
    digits(run.curve[0]!.contrastiveAccuracy),
    digits(lastOf(run).knn),
    digits(lastOf(run).contrastiveAccuracy),
    digits(run.linear.top1),
  ),
);

const report = `# Learning

CIFAR-10 as image folders, ResNet-18 × ¼, batch 256, 32 px, bfloat16, preset \`quick\`; ${seeds[0]!.machine}. Every figure is top-1 on the 10,000 test images, by \`evaluate\` from a checkpoint of the end of the epoch; – where no checkpoint fell there.

Beside it: ${peer.what}.

## Ten epochs, kNN (k = 200)

${[row('epoch', ...seeds.map(({ label }) => label), 'peer'), row(...['', '', ...seeds].map(() => '---')), ...curveRows].join('\n')}

Linear probe after epoch 10: ${seeds.map(({ label, linear }) => `${label}: ${digits(linear.top1)}`).join('; ')}; peer ${digits(peer.linear)}.

Time of training: ${seeds.map(({ label, training }) => `${label}: ${Math.round(training.seconds)} s (${Math.round(training.viewsPerSecond)} views/s)`).join('; ')}, beside other work on the machine.

“By tiles”: 3 × 3 convolutions and their gradients by minimal filtering, whose sums bfloat16 rounds before they are multiplied. “float32”: the same in float32 instead of bfloat16, on another machine (Intel Xeon); kNN in bfloat16 (.539 and .548) is within half a point of it.

## A batch of 512 in chunks of 64 images

Ten epochs (970 steps) of the same, seed ${chunked[0]!.seed}: batch norm by chunk with the two views of an image always in different chunks, and over the whole batch. Contrastive accuracy is the mean of an epoch's steps: were the statistics of a chunk to give the positive away, it would rise and kNN would not.

${[row('batch norm', 'kNN after 1 epoch', 'contrastive accuracy in it', 'kNN after 10', 'contrastive accuracy in the tenth', 'linear probe'), row(...Array.from({ length: 6 }, () => '---')), ...chunkedRows].join('\n')}

## Forty epochs

\`${long.command}\`: ${long.steps.toLocaleString('en')} steps in ${long.seconds.toLocaleString('en')} s, ${long.viewsPerSecond.toLocaleString('en')} views/s; waiting for data ${(long.waitingShare * 100).toFixed(4)} % of the time at its end; loss ${long.finalLoss.toFixed(3)} against ${long.noSignalLoss.toFixed(3)} without signal. Test split: kNN ${digits(long.test.knn.top1)}, linear ${digits(long.test.linear.top1)}.

The run's own headline number (kNN on ${long.headline[0]!.n.toLocaleString('en')} training images, labels unseen):

${[row('epoch', 'kNN'), row('---', '---'), ...longRows].join('\n')}

Resident memory of the compute process, every five minutes: ${memory.join(', ')} MB.

![Nearest neighbours](${long.neighbours.picture})

One query a label (left) and its ten nearest of all 60,000; ${long.neighbours.sameLabel} of ${long.neighbours.of} share its label. Those of another label look alike all the same: white cars and white aeroplanes, cats and dogs, boats and cars of one outline.
`;
writeFileSync(join(RESULTS, 'learning.md'), report);
