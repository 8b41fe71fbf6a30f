/** Milliseconds of the command `embed` against images, from kept pixels: ResNet-18 × ¼ at 32 px. */
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_LINE, commanded, importOnce, libraryOf } from '../speed/our-library.ts';
import type { BenchContext } from '../speed/row.ts';
import { runWhole } from '../speed/whole-command.ts';
import { measureSeries, type Series } from './series.ts';

const IMAGES = [2500, 5000, 10_000, 20_000, 40_000];
const ROUNDS = 2;
const RUN = 'encoder';

/** @param folder of folders of images, with at least as many as the largest size. In the same file system as the scratch. */
export async function embedCost(context: BenchContext, folder: string): Promise<Series> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length < IMAGES.at(-1)!)
    throw new Error(`"${folder}" holds ${files.length} files; ${IMAGES.at(-1)} are needed.`);
  for (const count of IMAGES) await importOnce(context, linked(context, files, count), datasetOf(count));
  const settings = ['encoder.depth=18', 'encoder.width=0.25', 'encoder.stem=small', 'side=32'];
  await commanded(
    context,
    'train',
    datasetOf(IMAGES[0]!),
    '--set',
    ...settings,
    '--batch',
    '16',
    '--steps',
    '2',
    '--name',
    RUN,
  );
  const embed = async (count: number): Promise<number> => {
    rmSync(join(libraryOf(context), 'vectors'), { recursive: true, force: true });
    const words = [COMMAND_LINE, 'embed', RUN, datasetOf(count), '--json'];
    const { seconds } = await runWhole({
      command: process.execPath,
      words,
      environment: { KINDRED_LIBRARY: libraryOf(context) },
    });
    return 1000 * seconds;
  };
  for (const count of IMAGES) await embed(count);
  const sizes = IMAGES.map((size) => ({ size, measure: () => embed(size) }));
  return measureSeries({ part: 'embed', name: 'the whole command', work: 'images' }, sizes, ROUNDS);
}

const datasetOf = (count: number): string => `${count} images`;

/** A folder with the first so many files. */
function linked({ scratch }: BenchContext, files: readonly string[], count: number): string {
  const folder = join(scratch, datasetOf(count));
  mkdirSync(folder);
  files.slice(0, count).forEach((file, i) => linkSync(file, join(folder, `${i}${file.slice(file.lastIndexOf('.'))}`)));
  return folder;
}
