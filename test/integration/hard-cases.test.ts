import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import {
  runCommand,
  startCommand,
  whenNothingIsLeft,
  whenSaid,
  type CommandResult,
} from '#test/support/command-line.ts';
import { folderDigest } from '#test/support/folder-digest.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const [label] = readdirSync(SAMPLE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = readdirSync(join(SAMPLE, label!.name));
const STEPS = ['--steps', '3', '--set', 'precision=float32', '--json'];

/** So many different pictures in a folder, each under so many names. */
function pictures(count: number, copies = 1): string {
  const folder = join(temporaryFolder(), 'pictures');
  mkdirSync(folder);
  for (const name of names.slice(0, count)) {
    for (let i = 0; i < copies; i++) cpSync(join(SAMPLE, label!.name, name), join(folder, `${i}-${name}`));
  }
  return folder;
}

function failureOf({ events }: CommandResult): { code?: unknown; message?: unknown } {
  return events.find(({ event }) => event === 'run.failed' || event === 'command.failed') ?? {};
}

const train = (library: string, folder: string, ...words: string[]): Promise<CommandResult> =>
  runCommand(library, 'train', folder, ...STEPS, ...words);

describe('train on next to nothing', () => {
  it.each([
    { kind: 'no image', folder: () => pictures(0), says: /no image to train on/ },
    { kind: 'one image', folder: () => pictures(1), says: /only one image.*at least 2 different/ },
    { kind: 'one image under ten names', folder: () => pictures(1, 10), says: /only one image.*at least 2 different/ },
    {
      kind: 'images of equal pixels in different bytes',
      folder: async () => {
        const folder = pictures(0);
        for (const compressionLevel of [0, 3, 6, 9]) {
          await sharp(join(SAMPLE, label!.name, names[0]!))
            .png({ compressionLevel })
            .toFile(join(folder, `${compressionLevel}.png`));
        }
        expect(new Set(readdirSync(folder).map((name) => statSync(join(folder, name)).size)).size).toBeGreaterThan(1);
        return folder;
      },
      says: /only one image.*readable images show the same pixels.*at least 2 different/,
    },
    {
      kind: 'a folder named test by itself',
      folder: () => {
        const folder = join(temporaryFolder(), 'test');
        cpSync(pictures(5), folder, { recursive: true });
        return folder;
      },
      says: /All 5 readable images are in the split "test".*Add the folder with the images to train on/,
    },
    {
      kind: 'corrupt images alone',
      folder: () => {
        const folder = pictures(5);
        for (const name of readdirSync(folder)) truncateSync(join(folder, name), 200);
        return folder;
      },
      says: /no image to train on.*--problems/,
    },
  ])(
    'refuses $kind with the cause, and makes no run',
    async ({ folder, says }) => {
      const library = join(temporaryFolder(), 'library');
      const result = await train(library, await folder());
      expect(result.code).toBe(1);
      expect(failureOf(result)).toMatchObject({
        code: 'dataset.empty',
        message: expect.stringMatching(says) as string,
      });
      expect((await runCommand(library, 'runs', '--json')).events).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([
    { kind: 'two images', count: 2, batch: 2 },
    { kind: 'fewer images than the batch', count: 15, batch: 15 },
  ])(
    'trains on $kind, says what became of the batch, and finishes',
    async ({ count, batch }) => {
      const result = await train(join(temporaryFolder(), 'library'), pictures(count));
      expect(result.code).toBe(0);
      const started = result.events.find(({ event }) => event === 'run.started')!;
      expect(started['batchSize']).toBe(batch);
      expect(String(started['notes'])).toMatch(new RegExp(`batch was made ${batch} images instead of 256`));
      const finished = result.events.at(-1)!;
      expect(finished).toMatchObject({ event: 'run.finished', step: 3 });
      expect(finished['loss']).toSatisfy(Number.isFinite);
    },
    LIMIT_MS,
  );
});

function mount(folder: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
}

/** Only root may; elsewhere the tests that need a small disk are skipped, by name. */
function canMountDisks(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-mount-'));
  try {
    mount(folder, 1);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

const readingCommands = [
  ['datasets'],
  ['images', 'three'],
  ['runs'],
  ['search', '#1', '--top', '2'],
  ['datasets', 'remove', 'three', '--dry-run'],
  ['doctor'],
];

describe('train where the library can not be written', () => {
  const onSmallDisk = it.skipIf(!canMountDisks());
  const mounted: string[] = [];

  function mountSmallDisk(megabytes: number): string {
    const folder = temporaryFolder();
    mount(folder, megabytes);
    mounted.push(folder);
    return folder;
  }

  afterEach(() => {
    for (const folder of mounted.splice(0)) execFileSync('umount', ['--lazy', folder]);
  });

  it(
    'reads a library from a newer version and changes nothing in it',
    async () => {
      const library = join(temporaryFolder(), 'library');
      await runCommand(library, 'import', pictures(3), '--name', 'three');
      const database = new Database(join(library, 'library.db'));
      database.pragma('user_version = 999');
      database.close();
      const before = folderDigest(library);
      const result = await train(library, 'three');
      expect(result.code).toBe(1);
      expect(failureOf(result)).toMatchObject({
        code: 'library.newer',
        message: expect.stringMatching(/format 999.*Update Kindred/) as string,
      });
      expect((await runCommand(library, 'datasets', '--json')).events).toHaveLength(1);
      expect(folderDigest(library)).toEqual(before);
    },
    LIMIT_MS,
  );

  it(
    'changes not a byte of a library by commands that only read',
    async () => {
      const library = join(temporaryFolder(), 'library');
      await runCommand(library, 'import', pictures(3), '--name', 'three');
      const before = folderDigest(library);
      for (const words of readingCommands) {
        const { code, stderr } = await runCommand(library, ...words);
        expect(code, stderr).toBe(0);
      }
      expect(folderDigest(library)).toEqual(before);
    },
    LIMIT_MS,
  );

  onSmallDisk(
    'refuses a library on a read-only disk, and still lists it',
    async () => {
      const disk = mountSmallDisk(64);
      await runCommand(disk, 'import', pictures(3), '--name', 'three');
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const before = folderDigest(disk);
      for (const words of [
        ['train', 'three', ...STEPS],
        ['import', pictures(4)],
        ['datasets', 'remove', 'three'],
      ]) {
        const result = await runCommand(disk, ...words, '--json');
        expect(result.code).toBe(1);
        expect(failureOf(result)).toMatchObject({
          code: 'library.readOnly',
          message: expect.stringContaining("can't be written") as string,
        });
      }
      for (const words of readingCommands) expect((await runCommand(disk, ...words)).code).toBe(0);
      expect((await runCommand(disk, 'datasets', '--json')).events).toHaveLength(1);
      expect(folderDigest(disk)).toEqual(before);
    },
    LIMIT_MS,
  );

  onSmallDisk(
    'says before the start that the checkpoints will not fit',
    async () => {
      const disk = mountSmallDisk(24);
      const result = await train(disk, pictures(4), '--set', 'encoder.width=1');
      expect(result.code).toBe(1);
      expect(failureOf(result)).toMatchObject({
        code: 'disk.full',
        message: expect.stringMatching(/needs [\d.]+ MB for its checkpoints and .* has [\d.]+ MB left/) as string,
      });
    },
    LIMIT_MS,
  );

  onSmallDisk(
    'ends with the cause when the disk fills up under a run, keeps the checkpoint, and goes on once there is room',
    async () => {
      const disk = mountSmallDisk(120);
      const folder = pictures(16);
      const words = ['--batch', '8', '--steps', '150', '--set', 'precision=float32', '--seed', '3', '--json'];
      const command = startCommand(disk, ['train', folder, ...words, '--name', 'squeezed']);
      await whenSaid(command, '"step":5,');
      const filler = join(disk, 'filler');
      const { bavail, bsize } = statfsSync(disk);
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
      } catch {
        // Full a little earlier than promised.
      }
      const result = await command.ended;
      expect(result.code).toBe(1);
      expect(failureOf(result)).toMatchObject({ code: 'disk.full', message: expect.stringMatching(/full/) as string });
      await whenNothingIsLeft(command);
      const [run] = readdirSync(join(disk, 'runs'));
      const kept = readdirSync(join(disk, 'runs', run!, 'checkpoints')).filter((name) => name.startsWith('step-'));
      expect(kept).toContain('step-000000000000');
      rmSync(filler);
      const resumed = await runCommand(disk, 'resume', 'squeezed', '--json');
      expect(resumed.events.at(-1)).toMatchObject({ event: 'run.finished', step: 150 });
      const unbroken = await runCommand(join(temporaryFolder(), 'library'), 'train', folder, ...words);
      expect(resumed.events.at(-1)!['loss']).toBe(unbroken.events.at(-1)!['loss']);
    },
    LIMIT_MS,
  );
});
