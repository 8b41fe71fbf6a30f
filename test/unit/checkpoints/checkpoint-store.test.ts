import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { folderNameOf } from '#checkpoints/checkpoint-folder.ts';
import { CheckpointFolderStore } from '#checkpoints/checkpoint-store.ts';
import type { Checkpoint, StateArray } from '#training/ports.ts';

function checkpointAt(step: number): Checkpoint {
  const draw = new RandomStream(step, 'checkpoint test');
  const floats = (count: number) => Float32Array.from({ length: count }, () => draw.normal());
  const state = new Map<string, StateArray>([
    ['encoder/stem', { shape: [3, 3, 3, 4], dtype: 'float32', values: floats(108) }],
    ['head/count', { shape: [2], dtype: 'int32', values: Int32Array.of(step, -step) }],
    ['head/scale', { shape: [], dtype: 'float32', values: floats(1) }],
    ['optimizer/momentum/encoder/stem', { shape: [3, 3, 3, 4], dtype: 'float32', values: floats(108) }],
  ]);
  return { meta: { step, epoch: step / 10, elapsedMs: step * 100, metrics: { loss: 5 / (step + 1) } }, state };
}

let folder: string;
let warnings: string[];
const openStore = async (): Promise<CheckpointFolderStore> => {
  const store = new CheckpointFolderStore(folder, (message) => warnings.push(message));
  await store.open();
  return store;
};

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kindred-checkpoints-')), 'checkpoints');
  warnings = [];
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('CheckpointFolderStore', () => {
  it('gives back exactly what was written, in the same order', async () => {
    const store = await openStore();
    const { sizeBytes } = await store.write(checkpointAt(7), []);
    const read = await (await openStore()).readNewest();
    expect(read).toEqual(checkpointAt(7));
    expect([...read!.state.keys()]).toEqual([...checkpointAt(7).state.keys()]);
    const onDisk = readdirSync(join(folder, folderNameOf(7)));
    const size = onDisk.reduce((total, name) => total + readFileSync(join(folder, folderNameOf(7), name)).length, 0);
    expect(sizeBytes).toBe(size);
  });

  it('has nothing to give before the first', async () => {
    const store = await openStore();
    expect(await store.readNewest()).toBeNull();
    expect(await store.list()).toEqual([]);
    await expect(store.read(3)).rejects.toMatchObject({ code: 'checkpoint.missing' });
  });

  it('keeps the last two, the best, the final and the pinned', async () => {
    const store = await openStore();
    await store.write(checkpointAt(0), ['pinned']);
    await store.write(checkpointAt(1), ['best']);
    await store.write(checkpointAt(2), ['best']);
    for (const step of [3, 4, 5]) await store.write(checkpointAt(step), []);
    await store.write(checkpointAt(6), ['final']);
    expect((await store.list()).map(({ step }) => step)).toEqual([6, 5, 2, 0]);
    expect(await store.marked('best')).toEqual([2]);
    expect(await store.marked('final')).toEqual([6]);
  });

  it('adds marks to a checkpoint that is there without writing it again', async () => {
    const store = await openStore();
    await store.write(checkpointAt(4), ['best']);
    expect(await store.write(checkpointAt(4), ['final'])).toEqual({ sizeBytes: 0 });
    expect(await store.marked('best')).toEqual([4]);
    expect(await store.marked('final')).toEqual([4]);
  });

  it('removes nothing while it cannot read which are marked', async () => {
    const store = await openStore();
    await store.write(checkpointAt(0), ['pinned']);
    writeFileSync(join(folder, 'marks.json'), '{"best":');
    for (const step of [1, 2, 3]) await store.write(checkpointAt(step), []);
    expect((await store.list()).map(({ step }) => step)).toEqual([3, 2, 1, 0]);
  });

  it('[R3] clears and never lists what a killed process left half-way', async () => {
    const store = await openStore();
    await store.write(checkpointAt(1), []);
    cpSync(join(folder, folderNameOf(1)), join(folder, '.new-2-4711'), { recursive: true });
    cpSync(join(folder, folderNameOf(1)), join(folder, '.old-0-4711'), { recursive: true });
    expect((await store.list()).map(({ step }) => step)).toEqual([1]);
    await openStore();
    expect(readdirSync(folder).sort()).toEqual([folderNameOf(1)]);
  });
});

describe('a damaged checkpoint', () => {
  const files = ['weights.safetensors', 'optimizer.safetensors', 'manifest.json'];

  it.each(files)('[R3] cut short anywhere in %s is passed over with a warning for the one before', async (name) => {
    const store = await openStore();
    await store.write(checkpointAt(1), []);
    await store.write(checkpointAt(2), []);
    const path = join(folder, folderNameOf(2), name);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length - 1; length += Math.max(1, Math.floor(whole.length / 40))) {
      truncateSync(path, length);
      warnings = [];
      expect((await store.readNewest())?.meta.step, `${name} of ${length} bytes`).toBe(1);
      expect(warnings).toEqual([expect.stringContaining(folderNameOf(2))]);
      writeFileSync(path, whole);
    }
    expect((await store.readNewest())?.meta.step).toBe(2);
  });

  it.each(files.slice(0, 2))('with one bit changed anywhere in %s is found out', async (name) => {
    const store = await openStore();
    await store.write(checkpointAt(1), []);
    await store.write(checkpointAt(2), []);
    const path = join(folder, folderNameOf(2), name);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += Math.floor(whole.length / 50)) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(path, changed);
      expect((await store.readNewest())?.meta.step, `${name} at byte ${at}`).toBe(1);
    }
  });

  it('without one of its files is found out, and with all damaged there is none', async () => {
    const store = await openStore();
    await store.write(checkpointAt(1), []);
    await store.write(checkpointAt(2), []);
    rmSync(join(folder, folderNameOf(2), 'optimizer.safetensors'));
    await expect(store.read(2)).rejects.toMatchObject({ code: 'checkpoint.damaged' });
    expect((await store.readNewest())?.meta.step).toBe(1);
    rmSync(join(folder, folderNameOf(1), 'manifest.json'));
    expect(await store.readNewest()).toBeNull();
    expect(existsSync(join(folder, folderNameOf(2)))).toBe(true);
  });
});
