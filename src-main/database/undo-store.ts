import type { Database } from 'better-sqlite3';
import type { UndoEntry, UndoStore } from '#application/ports/undo.ts';
import { Prepared } from './prepared.ts';

/** Acts that can be taken back; older ones are forgotten. */
const KEPT = 500;

interface UndoRow {
  readonly id: number;
  readonly summary: string;
  readonly inverse: string;
}

/*
 * Rows in order of id are acts in order of time. The undone ones are always the newest, so the next to undo is the
 * newest that stands, and the next to redo the oldest that was undone.
 */
export function undoStore(database: Database): UndoStore {
  const prepared = new Prepared(database);
  const entryOf = (row: UndoRow | undefined): UndoEntry | null =>
    row === undefined ? null : { id: row.id, summary: row.summary, inverse: JSON.parse(row.inverse) as unknown };
  const swap = (id: number, inverse: unknown, undoneMs: number | null): void => {
    const values = { id, inverse: JSON.stringify(inverse), undoneMs };
    prepared.run('UPDATE undo_log SET inverse = $inverse, undone_ms = $undoneMs WHERE id = $id', values);
  };
  return {
    add: ({ madeMs, command, summary, inverse }) => {
      prepared.run('DELETE FROM undo_log WHERE undone_ms IS NOT NULL');
      const sql = `INSERT INTO undo_log (made_ms, command, summary, inverse)
        VALUES ($madeMs, $command, $summary, $inverse)`;
      const { lastId } = prepared.run(sql, { madeMs, command, summary, inverse: JSON.stringify(inverse) });
      prepared.run('DELETE FROM undo_log WHERE id <= $last', { last: lastId - KEPT });
    },
    nextUndo: () =>
      entryOf(prepared.get<UndoRow>('SELECT * FROM undo_log WHERE undone_ms IS NULL ORDER BY id DESC LIMIT 1')),
    nextRedo: () =>
      entryOf(prepared.get<UndoRow>('SELECT * FROM undo_log WHERE undone_ms IS NOT NULL ORDER BY id LIMIT 1')),
    markUndone: (id, inverse, undoneMs) => swap(id, inverse, undoneMs),
    markDone: (id, inverse) => swap(id, inverse, null),
    forgetRemoval: (datasetId) => {
      const sql = `DELETE FROM undo_log WHERE inverse ->> '$.kind' = 'datasetRemoval'
        AND inverse ->> '$.datasetId' = $datasetId`;
      prepared.run(sql, { datasetId });
    },
  };
}
