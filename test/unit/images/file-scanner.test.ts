import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PathProblem, ScannedFile } from '#application/ports/images.ts';
import { createFileScanner } from '#images/file-scanner.ts';
import { temporaryFolders } from '#test/support/temporary-folder.ts';

const newFolder = temporaryFolders();

function put(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
}

async function scan(roots: readonly string[], library: string | null = null) {
  const files: ScannedFile[] = [];
  const problems: PathProblem[] = [];
  for await (const batch of createFileScanner(library).scan(roots, new AbortController().signal)) {
    files.push(...batch.files);
    problems.push(...batch.problems);
  }
  return { names: files.map(({ relativePath }) => relativePath), files, problems };
}

describe('the scanner', () => {
  it('finds files in the order of their names, files before folders', async () => {
    const folder = newFolder();
    put(folder, 'b/2.jpg', 'b/1.jpg', 'a/z.PNG', 'c.jpg', 'B.jpeg', 'notes.txt', 'b/.hidden.jpg', '.thumbnails/1.jpg');
    const { names, files } = await scan([folder]);
    expect(names).toEqual(['B.jpeg', 'c.jpg', 'a/z.PNG', 'b/1.jpg', 'b/2.jpg']);
    expect(files[2]).toMatchObject({ path: join(folder, 'a/z.PNG'), sizeBytes: 1 });
    expect(files[2]!.modifiedMs).toBeGreaterThan(1e12);
  });

  it('enters each folder once: loops, links to ancestors and overlapping roots', async () => {
    const folder = newFolder();
    put(folder, 'a/1.jpg', 'b/2.jpg');
    symlinkSync('..', join(folder, 'a/up'));
    symlinkSync('../b', join(folder, 'a/to-b'));
    const { names } = await scan([folder, join(folder, 'a'), folder]);
    expect(names.toSorted()).toEqual(['a/1.jpg', 'a/to-b/2.jpg']);
  });

  it('leaves the library out wherever it lies', async () => {
    const folder = newFolder();
    put(folder, '1.jpg', 'library/thumbnails/2.jpg');
    symlinkSync('library', join(folder, 'again'));
    expect((await scan([folder], join(folder, 'library'))).names).toEqual(['1.jpg']);
    expect((await scan([folder], join(folder, 'no such library'))).names).toHaveLength(2);
  });

  it('takes single files as roots', async () => {
    const folder = newFolder();
    put(folder, 'a/1.jpg', 'a/2.jpg');
    expect((await scan([join(folder, 'a/2.jpg')])).names).toEqual(['2.jpg']);
  });

  it('says which root is missing and goes on with the others', async () => {
    const folder = newFolder();
    put(folder, '1.jpg');
    const { names, problems } = await scan([join(folder, 'gone'), folder]);
    expect(names).toEqual(['1.jpg']);
    expect(problems).toMatchObject([{ path: join(folder, 'gone'), code: 'folder.missing' }]);
  });

  it('gives many files in several batches and stops when asked', async () => {
    const folder = newFolder();
    put(folder, ...Array.from({ length: 700 }, (_, i) => `${i}.jpg`));
    const stop = new AbortController();
    const sizes: number[] = [];
    const work = async (): Promise<void> => {
      for await (const { files } of createFileScanner().scan([folder], stop.signal)) {
        sizes.push(files.length);
        if (sizes.length === 2) stop.abort(new Error('enough'));
      }
    };
    await expect(work()).rejects.toThrow('enough');
    expect(sizes).toEqual([256, 256]);
  });

  it('finds nothing in an empty folder', async () => {
    expect(await scan([newFolder()])).toEqual({ names: [], files: [], problems: [] });
  });
});
