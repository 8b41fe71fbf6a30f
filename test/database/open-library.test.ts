import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseError } from '#database/database-errors.ts';
import { isLibraryHeld } from '#database/library-lock.ts';
import { openLibraryForReading, openLibraryForWriting } from '#database/open-library.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const holder = new URL('../support/hold-library.ts', import.meta.url);

async function startHolder(folder: string): Promise<{ readonly pid: number; readonly kill: () => Promise<void> }> {
  const child = fork(holder, [folder], { stdio: 'inherit' });
  await once(child, 'message');
  return {
    pid: child.pid!,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('[L1] the lock of a library', () => {
  it('refuses a second process and names who holds it; reading goes on', async () => {
    const folder = temporaryFolder();
    const other = await startHolder(folder);
    expect(isLibraryHeld(folder)).toBe(true);
    expect(() => openLibraryForWriting(folder, 'test', 0)).toThrow(
      expect.objectContaining({
        code: 'library.locked',
        message: expect.stringContaining(`process ${other.pid}`),
        data: expect.objectContaining({ holder: expect.objectContaining({ pid: other.pid, activity: 'holding' }) }),
      }),
    );
    const reader = openLibraryForReading(folder);
    expect(reader.stores.datasets.list()).toMatchObject([{ name: 'held' }]);
    reader.close();
    await other.kill();
  });

  it('is let go of when the holder is killed, without anything to clean up', async () => {
    const folder = temporaryFolder();
    const other = await startHolder(folder);
    await other.kill();
    expect(existsSync(join(folder, 'library.lock.json'))).toBe(true);
    expect(isLibraryHeld(folder)).toBe(false);
    const library = openTestLibrary(folder);
    expect(library.stores.datasets.list()).toMatchObject([{ name: 'held' }]);
    expect(JSON.parse(readFileSync(join(folder, 'library.lock.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('refuses a second opening in the same process', () => {
    const folder = temporaryFolder();
    openTestLibrary(folder);
    expect(() => openLibraryForWriting(folder, 'test', 0)).toThrow(expect.objectContaining({ code: 'library.locked' }));
  });

  it('is free again after close', () => {
    const folder = temporaryFolder();
    openLibraryForWriting(folder, 'test', 0).close();
    expect(isLibraryHeld(folder)).toBe(false);
    openTestLibrary(folder);
  });
});

describe('a library that is not as it should be', () => {
  it('is empty and makes nothing when read before anything was imported', () => {
    const folder = join(temporaryFolder(), 'none');
    const library = openLibraryForReading(folder);
    expect(library.stores.datasets.list()).toEqual([]);
    expect(() => library.stores.datasets.insert('x', 0)).toThrow();
    library.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('is said to be damaged when library.db is no database, and stays as it was', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'library.db'), 'not a database, '.repeat(100));
    for (const open of [() => openLibraryForWriting(folder, 'test', 0), () => openLibraryForReading(folder)]) {
      expect(open).toThrow(
        expect.objectContaining({ code: 'library.damaged', message: expect.stringContaining(folder) }),
      );
    }
    expect(readFileSync(join(folder, 'library.db'), 'utf8')).toMatch(/^not a database/);
    expect(isLibraryHeld(folder)).toBe(false);
  });

  it('is checked after an unclean end, before the first write', async () => {
    const folder = temporaryFolder();
    const library = openLibraryForWriting(folder, 'test', 0);
    for (let i = 0; i < 500; i++) library.stores.datasets.insert(`dataset with a rather long name ${i}`, 0);
    library.close();
    const file = join(folder, 'library.db');
    const other = await startHolder(folder);
    await other.kill();
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    overwrite(file, Math.floor(statSync(file).size / 8192) * 4096, Buffer.alloc(8 * 4096, 0xa5));
    expect(() => openLibraryForWriting(folder, 'test', 0)).toThrow(
      expect.objectContaining({ code: 'library.damaged' }),
    );
  });

  it('says that no folder can be made where none can be, and makes those above it where it can', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const impossible = [join(folder, 'file'), join(folder, 'file', 'library'), '/proc/kindred/library'];
    for (const path of process.platform === 'linux' ? impossible : impossible.slice(0, 2)) {
      expect(() => openLibraryForWriting(path, 'test', 0)).toThrow(
        expect.objectContaining({ code: 'library.readOnly', data: { folder: path } }),
      );
    }
    const deep = join(folder, 'not', 'yet', 'there');
    openLibraryForWriting(deep, 'test', 0).close();
    expect(statSync(deep).mode & 0o777).toBe(0o700);
  });

  // Root may write anywhere, so permissions prove nothing for it.
  it.skipIf(process.getuid?.() === 0)('can be read but not written in a folder that is read-only', () => {
    const folder = temporaryFolder();
    const library = openLibraryForWriting(folder, 'test', 0);
    library.stores.datasets.insert('kept', 0);
    library.close();
    chmodSync(folder, 0o500);
    try {
      expect(() => openLibraryForWriting(folder, 'test', 0)).toThrow(
        expect.objectContaining({ code: 'library.readOnly' }),
      );
      const reader = openLibraryForReading(folder);
      expect(reader.stores.datasets.list()).toMatchObject([{ name: 'kept' }]);
      reader.close();
    } finally {
      chmodSync(folder, 0o700);
    }
  });
});

describe('databaseError', () => {
  it.each([
    ['ENOSPC', 'disk.full'],
    ['SQLITE_FULL', 'disk.full'],
    ['EROFS', 'library.readOnly'],
    ['EACCES', 'library.readOnly'],
    ['SQLITE_READONLY_DIRECTORY', 'library.readOnly'],
  ])('says %s as %s, naming the library', (code, expected) => {
    const error = databaseError(Object.assign(new Error('low level'), { code }), '/pictures/library');
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining('"/pictures/library"') });
  });
});

function overwrite(file: string, position: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
}
