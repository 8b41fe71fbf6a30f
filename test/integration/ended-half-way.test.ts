/** What a kill −9 between two steps of a command leaves, and that the next command that writes puts it right. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createPixelCacheBuilder } from '#images/pixel-cache/pixel-cache-builder.ts';
import { contentHashOf } from '#images/hashes.ts';
import { readFileSync } from 'node:fs';
import { openPixelCache } from '#images/pixel-cache/pixel-cache-reader.ts';
import { RandomStream } from '#base/random.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { isGroupAlive, killGroup, runCommand, startCommand } from '#test/support/command-line.ts';
import { withDecoders } from '#test/support/decoder-pool.ts';
import { folderDigest } from '#test/support/folder-digest.ts';
import { libraryDump } from '#test/support/library-dump.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const HALF_WAY = fileURLToPath(new URL('../support/end-half-way.ts', import.meta.url));
const LIMIT_MS = 240_000;
const [label] = readdirSync(SAMPLE, { withFileTypes: true }).filter((entry) => entry.isDirectory());

function pictures(first: number, count: number): string {
  const folder = join(temporaryFolder(), `pictures-${first}`);
  mkdirSync(folder);
  for (const name of readdirSync(join(SAMPLE, label!.name)).slice(first, first + count)) {
    cpSync(join(SAMPLE, label!.name, name), join(folder, name));
  }
  return folder;
}

/** Content hashes of all files in a folder. */
const hashesIn = (folder: string): string[] =>
  readdirSync(folder).map((name) => contentHashOf(readFileSync(join(folder, name))));

/** A library with two datasets that share two pictures, vectors, thumbnails and pixels of both. */
async function library() {
  const folder = join(temporaryFolder(), 'library');
  const [leaving, staying] = [pictures(0, 12), pictures(10, 12)];
  await runCommand(folder, 'import', leaving, '--name', 'leaving');
  await runCommand(folder, 'import', staying, '--name', 'staying');
  await withDecoders(async (decoders) => {
    const images = [leaving, staying].flatMap((of) =>
      readdirSync(of).map((name) => ({
        path: join(of, name),
        contentHash: contentHashOf(readFileSync(join(of, name))),
      })),
    );
    const never = new AbortController().signal;
    await createPixelCacheBuilder(join(folder, 'pixels'), decoders).prepare(40, images, () => {}, never);
  });
  const keep = new Set(hashesIn(staying));
  return { folder, leaving, gone: hashesIn(leaving).filter((hash) => !keep.has(hash)), kept: [...keep] };
}

async function endHalfWay(folder: string, place: string): Promise<void> {
  const child = spawn(process.execPath, [HALF_WAY, folder, place], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}

/** Any command that holds the library settles it first. */
const settle = (folder: string) => runCommand(folder, 'runs', 'remove', 'nothing-of-that-name');

/** Of which images there is a thumbnail, a vector, pixels. */
function tracesOf(folder: string, hashes: readonly string[]) {
  const vectors = new EmbeddingStore(join(folder, 'vectors')).read('baseline-1');
  const pixels = existsSync(join(folder, 'pixels', 'side-40'))
    ? openPixelCache(join(folder, 'pixels', 'side-40'))
    : null;
  const count = (has: (hash: string) => boolean): number => hashes.filter(has).length;
  const found = {
    thumbnails: count((hash) => existsSync(join(folder, 'thumbnails', hash.slice(0, 2), `${hash}.webp`))),
    vectors: count((hash) => vectors?.rowOf.has(hash) === true),
    pixels: count((hash) => pixels?.has(hash) === true),
  };
  pixels?.close();
  return found;
}

const all = (count: number) => ({ thumbnails: count, vectors: count, pixels: count });

describe('a dataset that is removed', () => {
  it('takes thumbnails, vectors and pixels of its images with it, and nothing of images that others hold', async () => {
    const { folder, leaving, gone, kept } = await library();
    expect(tracesOf(folder, gone)).toEqual(all(10));
    const removed = await runCommand(folder, 'datasets', 'remove', 'leaving', '--json');
    expect(removed.events).toMatchObject([{ event: 'dataset.removed', files: 12, images: 10 }]);
    expect(tracesOf(folder, gone)).toEqual(all(0));
    expect(tracesOf(folder, kept)).toEqual(all(12));
    await runCommand(folder, 'import', leaving);
    expect(tracesOf(folder, gone)).toMatchObject({ thumbnails: 10, vectors: 10 });
  });

  it.each([
    { place: 'before the traces of a dataset', left: 10, files: 24 },
    { place: 'after the traces of a dataset', left: 0, files: 24 },
    { place: 'between the rows of a dataset', left: 0, files: 19 },
  ])('killed $place is out of sight at once, and gone at the next command', async ({ place, left, files }) => {
    const { folder, gone, kept } = await library();
    await endHalfWay(folder, place);
    const shown = await runCommand(folder, 'datasets', '--json');
    expect(shown.events).toMatchObject([{ name: 'staying', files: 12 }]);
    expect(tracesOf(folder, gone)).toEqual(all(left));
    expect(libraryDump(folder)['files']).toHaveLength(files);
    await settle(folder);
    const rows = libraryDump(folder);
    expect([rows['datasets'], rows['files'], rows['images']].map((some) => some!.length)).toEqual([1, 12, 12]);
    expect(tracesOf(folder, gone)).toEqual(all(0));
    expect(tracesOf(folder, kept)).toEqual(all(12));
  });

  it(
    'killed at random moments is whole or gone, with all that was made from it, and nothing lives on',
    async () => {
      const { folder, leaving, gone, kept } = await library();
      const random = new RandomStream(9, 'removal kills');
      for (let kill = 0; kill < 8; kill++) {
        const command = startCommand(folder, ['datasets', 'remove', 'leaving']);
        await new Promise((resolve) => setTimeout(resolve, random.uniformIn(100, 450)));
        killGroup(command);
        await command.ended;
        await expect.poll(() => isGroupAlive(command), { timeout: 15_000 }).toBe(false);
        await settle(folder);
        const names = libraryDump(folder)['datasets']!.map((row) => (row as { name: string }).name);
        const { vectors, thumbnails } = tracesOf(folder, gone);
        expect({ vectors, thumbnails }).toEqual(
          names.includes('leaving') ? { vectors: 10, thumbnails: 10 } : { vectors: 0, thumbnails: 0 },
        );
        expect(tracesOf(folder, kept)).toMatchObject({ vectors: 12, thumbnails: 12 });
        if (!names.includes('leaving')) await runCommand(folder, 'import', leaving, '--name', 'leaving');
      }
    },
    LIMIT_MS,
  );
});

describe('a library whose holder was killed', () => {
  it('is freed of what was half written, and of nothing else', async () => {
    const { folder, kept } = await library();
    await endHalfWay(folder, 'before a run begins');
    const [id] = readdirSync(join(folder, 'runs'));
    const checkpoints = join(folder, 'runs', id!, 'checkpoints');
    const before = folderDigest(folder);
    mkdirSync(join(checkpoints, '.new-4-17'), { recursive: true });
    const halfWritten = [
      join(checkpoints, '.new-4-17', 'weights.safetensors'),
      join(folder, 'thumbnails', kept[0]!.slice(0, 2), `${kept[0]!}.webp.1234-5`),
      join(folder, 'pixels', 'side-40', 'segment-00007.pixels.partial'),
    ];
    for (const path of halfWritten) writeFileSync(path, 'half');
    await settle(folder);
    expect(halfWritten.filter((path) => existsSync(path))).toEqual([]);
    const files = Object.entries(before).filter(([name]) => !name.startsWith('library.'));
    expect(folderDigest(folder)).toMatchObject(Object.fromEntries(files));
  });
});

describe('a run', () => {
  it('whose folder was made and whose row was not leaves nothing', async () => {
    const { folder } = await library();
    await endHalfWay(folder, 'before the row of a run');
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(1);
    await settle(folder);
    expect(readdirSync(join(folder, 'runs'))).toEqual([]);
  });

  it('that nobody will begin is not said to wait, keeps no dataset, and can be resumed or removed', async () => {
    const { folder } = await library();
    await endHalfWay(folder, 'before a run begins');
    const listed = await runCommand(folder, 'runs', '--json');
    expect(listed.events).toMatchObject([{ event: 'run', name: 'half-way', status: 'paused', step: 0 }]);
    expect((await runCommand(folder, 'datasets', 'remove', 'leaving')).code).toBe(0);
    expect((await runCommand(folder, 'runs', 'remove', 'half-way')).code).toBe(0);
    expect(readdirSync(join(folder, 'runs'))).toEqual([]);
  });

  it('killed while it is removed is gone at the next command, vectors and all', async () => {
    const { folder } = await library();
    await endHalfWay(folder, 'while removing a run');
    await settle(folder);
    expect((await runCommand(folder, 'runs', '--json')).events).toEqual([]);
    expect(readdirSync(join(folder, 'runs'))).toEqual([]);
    expect(readdirSync(join(folder, 'vectors'))).toEqual(['baseline-1']);
  });
});

it('an act on many images that had begun is carried out by the next command', async () => {
  const { folder } = await library();
  await endHalfWay(folder, 'when an act in parts has begun');
  expect(libraryDump(folder)['image_labels']).toEqual([]);
  await settle(folder);
  expect(libraryDump(folder)['image_labels']!.map((row) => (row as { label: string }).label)).toEqual(
    Array.from({ length: 12 }, () => 'mine'),
  );
});
