import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFolderWatcher } from '#images/folder-watcher.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;
let library: string;
beforeEach(() => {
  folder = temporaryFolder();
  library = join(folder, 'Kindred');
  mkdirSync(library);
});

/** Watches the folder. @returns what was told so far, and a promise of the next telling. */
async function watched(root = folder, libraryFolder = library) {
  const told: string[] = [];
  let next = Promise.withResolvers<void>();
  const hear = (what: string) => (): void => {
    told.push(what);
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  const stop = await createFolderWatcher(libraryFolder).watch(root, hear('change'), hear('gone'));
  onTestFinished(stop);
  return { told, next: () => next.promise };
}

describe('createFolderWatcher', () => {
  it('tells of a picture that came, and of one that went', async () => {
    const { next } = await watched();
    let heard = next();
    writeFileSync(join(folder, 'moth.jpg'), 'a');
    await heard;
    heard = next();
    rmSync(join(folder, 'moth.jpg'));
    await heard;
  });

  it('tells of a folder that is moved in, whatever its name', async () => {
    const aside = join(temporaryFolder(), 'trip.2026');
    mkdirSync(aside);
    writeFileSync(join(aside, 'moth.jpg'), 'a');
    const { next } = await watched();
    const heard = next();
    renameSync(aside, join(folder, 'trip.2026'));
    await heard;
  });

  it('says nothing of the library, of hidden files, and of what is no picture', async () => {
    const { told, next } = await watched();
    const inLibrary = await watched(library, '/elsewhere');
    const heardThere = inLibrary.next();
    writeFileSync(join(folder, '.hidden.jpg'), 'a');
    writeFileSync(join(folder, 'notes.txt'), 'a');
    writeFileSync(join(library, 'thumbnail.webp'), 'a');
    await heardThere;
    expect(told).toEqual([]);
    const heard = next();
    writeFileSync(join(folder, 'moth.jpg'), 'a');
    await heard;
  });

  it('tells when the folder itself goes', async () => {
    const { told, next } = await watched();
    const heard = next();
    rmSync(folder, { recursive: true });
    await heard;
    expect(told).toContain('gone');
  });

  it('refuses a folder that is not there', async () => {
    const watching = createFolderWatcher(library).watch(
      join(folder, 'nothing'),
      () => undefined,
      () => undefined,
    );
    await expect(watching).rejects.toThrow();
  });
});
