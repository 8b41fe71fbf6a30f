import Sqlite from 'better-sqlite3';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { passCheckpoint } from '#database/checkpoint.ts';
import { commitInTurns } from '#database/commit-in-turns.ts';
import { WriteAheadLog } from '#database/write-ahead-log.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

function worldOf() {
  const folder = temporaryFolder();
  const { stores, close } = openLibraryForWriting(folder, 'test', 0);
  const file = join(folder, LIBRARY_DATABASE);
  const other = new Sqlite(file, { readonly: true });
  onTestFinished(() => {
    other.close();
    close();
  });
  const names = (): unknown[] => other.prepare('SELECT name FROM datasets ORDER BY id').pluck().all();
  return { file, stores, names };
}

/** Longer than a transaction may take. */
function takesLong(): void {
  const endMs = performance.now() + 12;
  while (performance.now() < endMs);
}

it('keeps each write whole, and lets others have their turn when some milliseconds are over', async () => {
  const { stores, names } = worldOf();
  const seen: unknown[][] = [];
  let next: NodeJS.Immediate;
  const look = (): void => {
    seen.push(names());
    next = setImmediate(look);
  };
  next = setImmediate(look);
  const add =
    (...added: string[]) =>
    (): void => {
      for (const name of added) stores.datasets.insert(name, 1);
      takesLong();
    };
  const writing = stores.inTurns([add('a', 'b'), add('c'), add('d', 'A'), add('e')]);
  await expect(writing).rejects.toMatchObject({ code: 'dataset.nameTaken' });
  clearImmediate(next);
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(seen).toContainEqual(['a', 'b']);
  expect(seen).not.toContainEqual(['a']);
});

it('makes one transaction of many short writes, undone together when one throws', async () => {
  const { stores, names } = worldOf();
  const add = (name: string) => (): void => void stores.datasets.insert(name, 1);
  await stores.inTurns([add('a'), add('b')]);
  await expect(stores.inTurns([add('c'), add('A')])).rejects.toMatchObject({ code: 'dataset.nameTaken' });
  expect(names()).toEqual(['a', 'b']);
});

it('does without a sync at each commit only while it writes, also when a piece throws', async () => {
  const { file } = worldOf();
  const database = new Sqlite(file);
  onTestFinished(() => {
    database.close();
  });
  const levels: unknown[] = [];
  const note = (): void => void levels.push(database.pragma('synchronous', { simple: true }));
  const fail = (): void => {
    throw new Error('no');
  };
  const log = new WriteAheadLog(database);
  await commitInTurns(database, log, [note]);
  note();
  await expect(commitInTurns(database, log, [note, fail])).rejects.toThrow('no');
  note();
  const NORMAL = 1;
  const FULL = 2;
  expect(levels).toEqual([NORMAL, FULL, NORMAL, FULL]);
});

it('a checkpoint beside the writer leaves the log to be written from its beginning again', () => {
  const { file, stores, names } = worldOf();
  const checkpoint = passCheckpoint(file);
  const log = `${file}-wal`;
  const fill = (name: string): void => {
    stores.transaction(() => {
      for (let i = 0; i < 500; i++) stores.datasets.insert(`${name} ${i}`, 1);
    });
  };
  fill('a');
  const longest = statSync(log).size;
  for (const name of ['b', 'c', 'd', 'e']) {
    checkpoint();
    fill(name);
  }
  expect(statSync(log).size).toBeLessThan(2 * longest);
  expect(names()).toHaveLength(2500);
});

it('waits for a log that has grown long to be carried over, so that it begins anew and no commit has to do it', async () => {
  const { file } = worldOf();
  const database = new Sqlite(file);
  onTestFinished(() => {
    database.close();
  });
  database.exec('CREATE TABLE blobs (bytes BLOB)');
  const insert = database.prepare('INSERT INTO blobs VALUES (zeroblob(1000000))');
  const log = new WriteAheadLog(database);
  const checkpoint = passCheckpoint(file);
  let isCarrying = false;
  let carried = 0;
  log.carriedBy(async () => {
    isCarrying = true;
    await new Promise((resolve) => setImmediate(resolve));
    checkpoint();
    carried++;
    isCarrying = false;
  });
  const write = (): void => {
    expect(isCarrying).toBe(false);
    insert.run();
  };
  const MEGABYTES = 250;
  await commitInTurns(
    database,
    log,
    Array.from({ length: MEGABYTES }, () => write),
  );
  expect(carried).toBeGreaterThan(2);
  expect(statSync(`${file}-wal`).size).toBeLessThan(80e6);
  expect(database.prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(MEGABYTES);
});
