import { describe, expect, it } from 'vitest';
import { type DroppedEntry, readEntries } from '../../../src-renderer/transport/dropped-entries.ts';

type Refuse = (error: Error) => void;
const gone = new Error('NotFoundError');
const nothing = (): never => expect.fail('not of this kind');

/** @param fails so many times it can't be read. */
function fileEntry(fullPath: string, fails = 0): DroppedEntry {
  let left = fails;
  const file = (give: (file: File) => void, refuse: Refuse): void =>
    left-- > 0 ? refuse(gone) : give(new File(['x'], fullPath.split('/').at(-1)!));
  return { isFile: true, fullPath, file, createReader: nothing };
}

function folderEntry(fullPath: string, children: readonly DroppedEntry[], fails = 0): DroppedEntry {
  let left = fails;
  const createReader = () => {
    // One at a time, so that the walk has to ask again.
    const parts = [...children.map((child) => [child]), []];
    return {
      readEntries: (give: (part: readonly DroppedEntry[]) => void, refuse: Refuse): void =>
        left-- > 0 ? refuse(gone) : give(parts.shift()!),
    };
  };
  return { isFile: false, fullPath, file: nothing, createReader };
}

async function drop(...entries: readonly DroppedEntry[]) {
  const { files, unread } = await readEntries(entries.map((entry) => ({ entry, file: null })));
  return { paths: files.map(({ relativePath }) => relativePath), unread };
}

describe('what is dropped', () => {
  it('is every file with its path below the folder', async () => {
    const inner = folderEntry('/a/b', [fileEntry('/a/b/2.png'), fileEntry('/a/b/3.png')]);
    const folder = folderEntry('/a', [fileEntry('/a/1.png'), inner]);
    expect(await drop(folder)).toEqual({ paths: ['a/1.png', 'a/b/2.png', 'a/b/3.png'], unread: [] });
  });

  it('is read again when it is not there at once', async () => {
    const folder = folderEntry('/a', [fileEntry('/a/1.png', 1)], 2);
    expect(await drop(folder)).toEqual({ paths: ['a/1.png'], unread: [] });
  });

  it('is taken without what can’t be read, which is named', async () => {
    const folder = folderEntry('/a', [fileEntry('/a/1.png', 9), fileEntry('/a/2.png'), folderEntry('/a/b', [], 9)]);
    expect(await drop(folder)).toEqual({ paths: ['a/2.png'], unread: ['a/1.png', 'a/b'] });
  });
});
