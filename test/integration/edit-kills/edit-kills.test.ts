import Sqlite from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Edits } from '#application/editing/edits.ts';
import { systemClock } from '#base/clock.ts';
import { RandomStream } from '#base/random.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';
import { writeManyFiles } from '#test/support/many-files.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const script = fileURLToPath(new URL('./edit-for-ever.ts', import.meta.url));
const FILES = 6000;
const KILLS = 8;

/** Labels, undoes and redoes, and is killed (−9) some time after it began. */
async function editUntilKilled(folder: string, round: number, afterMs: number): Promise<void> {
  const args = [script, folder, String(FILES), String(round)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}

interface Seen {
  /** Each label that an image has, with how many have it; so with tags. */
  readonly labels: readonly unknown[];
  readonly tags: readonly unknown[];
  readonly shown: readonly unknown[];
  readonly underWay: number;
  readonly strayParts: number;
}

function look(folder: string): Seen {
  const database = new Sqlite(join(folder, LIBRARY_DATABASE), { readonly: true });
  const all = (sql: string): unknown[] => database.prepare(sql).all();
  const count = (sql: string): number => database.prepare(sql).pluck().get() as number;
  try {
    return {
      labels: all('SELECT label, count(*) AS images FROM image_labels GROUP BY label'),
      tags: all('SELECT name, count(*) AS images FROM image_tags JOIN tags ON tags.id = tag_id GROUP BY name'),
      shown: all('SELECT count(*) AS files FROM files GROUP BY label IS NOT folder_label'),
      underWay: count('SELECT count(*) FROM undo_log WHERE carried < parts'),
      strayParts: count('SELECT count(*) FROM undo_parts WHERE undo_id NOT IN (SELECT id FROM undo_log)'),
    };
  } finally {
    database.close();
  }
}

/** As if every file had been changed at once. */
function expectWhole(seen: Seen): void {
  for (const { images } of [...seen.labels, ...seen.tags] as { images: number }[]) expect(images).toBe(FILES);
  expect(seen.labels.length).toBeLessThanOrEqual(1);
  expect(seen.shown).toEqual([{ files: FILES }]);
  expect([seen.underWay, seen.strayParts]).toEqual([0, 0]);
}

it('[E3] killed at random moments while very many files are changed, an act is whole at the next start, and can be undone', async () => {
  const folder = temporaryFolder();
  writeManyFiles(folder, FILES);
  const random = new RandomStream(5, 'edit kills');
  let halfWay = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await editUntilKilled(folder, kill, random.uniformIn(0, 500));
    halfWay += look(folder).underWay;
    const { stores, close } = openLibraryForWriting(folder, 'test', 0);
    const edits = new Edits(stores, systemClock);
    try {
      await edits.finish();
      expectWhole(look(folder));
      const before = look(folder);
      const undone = await edits.undo();
      expectWhole(look(folder));
      if (undone !== null) {
        expect(look(folder)).not.toEqual(before);
        await edits.redo();
        expect(look(folder)).toEqual(before);
      }
    } finally {
      close();
    }
  }
  // Else the test has looked at nothing.
  expect(halfWay).toBeGreaterThan(0);
}, 120_000);
