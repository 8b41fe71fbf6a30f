import type { Database } from 'better-sqlite3';
import type { UndoEntry, UndoStore } from '#application/ports/undo.ts';
import { addAct } from './add-act.ts';
import { partedActs } from './parted-acts.ts';
import { Prepared } from './prepared.ts';

interface UndoRow {
  readonly id: number;
  readonly summary: string;
  readonly inverse: string;
  readonly parts: number;
}

/*
 * Rows in order of id are acts in order of time. The undone ones are always the newest, so the next to undo is the
 * newest that stands, and the next to redo the oldest that was undone.
 */
export function undoStore(database: Database): UndoStore {
  const prepared = new Prepared(database);
  const entryOf = (row: UndoRow | undefined): UndoEntry | null => {
    if (row === undefined) return null;
    const { id, summary, inverse, parts } = row;
    return { id, summary, inverse: JSON.parse(inverse) as unknown, parts };
  };
  const swap = (id: number, inverse: unknown, undoneMs: number | null): void => {
    const values = { id, inverse: JSON.stringify(inverse), undoneMs };
    prepared.run('UPDATE undo_log SET inverse = $inverse, undone_ms = $undoneMs WHERE id = $id', values);
  };
  return {
    add: (act) => addAct(prepared, null, { ...act, parts: 0 }),
    nextUndo: () =>
      entryOf(prepared.get<UndoRow>('SELECT * FROM undo_log WHERE undone_ms IS NULL ORDER BY id DESC LIMIT 1')),
    nextRedo: () =>
      entryOf(prepared.get<UndoRow>('SELECT * FROM undo_log WHERE undone_ms IS NOT NULL ORDER BY id LIMIT 1')),
    markUndone: (id, inverse, undoneMs) => swap(id, inverse, undoneMs),
    markDone: (id, inverse) => swap(id, inverse, null),
    parted: partedActs(prepared),
    forgetRemoval: (datasetId) => {
      const sql = `DELETE FROM undo_log WHERE inverse ->> '$.kind' = 'datasetRemoval'
        AND inverse ->> '$.datasetId' = $datasetId`;
      prepared.run(sql, { datasetId });
    },
  };
}
