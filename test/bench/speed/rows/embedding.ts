/** Encoding a folder's images with ResNet-18, the whole command: from files to vectors on disk. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_LINE, commanded, importOnce, libraryOf } from '../our-library.ts';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { stemAt } from '../stem.ts';
import { runWhole, turning } from '../whole-command.ts';

interface EmbeddingWork {
  readonly dataset: string;
  readonly side: number;
  readonly folder: () => Promise<string>;
}

const PEER = join(import.meta.dirname, '..', '..', 'peers', 'torch_embed.py');

export function embeddingRows(context: BenchContext): readonly Row[] {
  const { cifar, photos } = context;
  const photoRow = row(context, 'embed-photos', 'Embed 5,000 photos at 224 px, ResNet-18', {
    dataset: 'photos',
    side: 224,
    folder: photos,
  });
  if (cifar === null) return [photoRow];
  const title = 'Embed the 50,000 training images of CIFAR-10 at 32 px, ResNet-18';
  const work = { dataset: 'cifar10-train', side: 32, folder: async () => join(cifar, 'train') };
  return [row(context, 'embed-cifar10', title, work), photoRow];
}

function row(context: BenchContext, name: string, title: string, work: EmbeddingWork): Row {
  const { python } = context;
  return {
    name,
    family: 'embedding',
    title,
    unit: 'images/s',
    target: { least: 2 },
    turns: context.isQuick ? 1 : 3,
    ours: [
      ourEmbedding(context, work, 'Kindred, from the files', ['vectors', 'pixels']),
      ourEmbedding(context, work, 'Kindred, from kept pixels', ['vectors']),
    ],
    peers: python === null ? [] : (['float32', 'bfloat16'] as const).map((word) => theirs(python, work, word)),
  };
}

/** @param forgotten folders of the library emptied before each turn. */
function ourEmbedding(
  context: BenchContext,
  work: EmbeddingWork,
  name: string,
  forgotten: readonly string[],
): Contestant {
  const library = libraryOf(context);
  const contestant = turning(name, async () => {
    for (const folder of forgotten) rmSync(join(library, folder), { recursive: true, force: true });
    const words = [COMMAND_LINE, 'embed', runNameOf(work), work.dataset, '--json'];
    const environment = { KINDRED_LIBRARY: library };
    const { lines, seconds } = await runWhole({ command: process.execPath, words, environment });
    return Number(lines.at(-1)!['embedded']) / seconds;
  });
  return { name, start: async () => (await trainedOnce(context, work), contestant.start()) };
}

const trained = new Map<string, Promise<unknown>>();
const runNameOf = ({ dataset }: EmbeddingWork): string => `encoder of ${dataset}`;

/** A run of ResNet-18 with a step or two: what an encoder has learned doesn't change its speed. */
function trainedOnce(context: BenchContext, work: EmbeddingWork): Promise<unknown> {
  const made = trained.get(work.dataset) ?? trainOnce(context, work);
  trained.set(work.dataset, made);
  return made;
}

async function trainOnce(context: BenchContext, work: EmbeddingWork): Promise<void> {
  await importOnce(context, await work.folder(), work.dataset);
  const settings = ['encoder.depth=18', 'encoder.width=1', `encoder.stem=${stemAt(work.side)}`, `side=${work.side}`];
  const length = ['--batch', '16', '--steps', '2', '--name', runNameOf(work)];
  await commanded(context, 'train', work.dataset, '--set', ...settings, ...length);
}

function theirs(python: string, { side, folder }: EmbeddingWork, precision: 'float32' | 'bfloat16'): Contestant {
  return turning(`PyTorch, ${precision}`, async () => {
    const words = ['--data', await folder(), '--side', String(side), ...(precision === 'bfloat16' ? ['--bf16'] : [])];
    const { lines, seconds } = await runWhole({ command: python, words: [PEER, ...words] });
    return Number(lines.at(-1)!['images']) / seconds;
  });
}
