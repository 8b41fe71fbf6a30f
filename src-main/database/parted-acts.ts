/** Acts in parts; see `PartedActs`. */
import type { DuePart, PartedActs } from '#application/ports/undo.ts';
import { addAct } from './add-act.ts';
import type { Prepared } from './prepared.ts';

/** Parts deleted by one write: some milliseconds. */
const FORGOTTEN_AT_ONCE = 100;

const NEXT_ID = `SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'undo_log'), 0) AS id`;

interface DueRow extends DuePart {
  readonly change: string;
}
/** Exported for the test of its plan. */
export const DUE = `SELECT id, part, parts, change FROM undo_log JOIN undo_parts ON undo_id = id AND part = carried
  WHERE carried < parts LIMIT 1`;

/** Ids of acts with parts, one look into the index for each; those that are not in the log. */
const FORGOTTEN = `WITH RECURSIVE acts(id) AS (
    SELECT min(undo_id) FROM undo_parts
    UNION ALL SELECT (SELECT min(undo_id) FROM undo_parts WHERE undo_id > acts.id) FROM acts WHERE acts.id IS NOT NULL
  ) SELECT id FROM acts WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM undo_log) LIMIT 1`;
const FORGET = `DELETE FROM undo_parts WHERE rowid IN
  (SELECT rowid FROM undo_parts WHERE undo_id = $id ORDER BY part LIMIT ${FORGOTTEN_AT_ONCE})`;

export function partedActs(prepared: Prepared): PartedActs {
  return {
    nextId: () => prepared.get<{ id: number }>(NEXT_ID)!.id,
    note: (id, part, change) => {
      const sql = 'INSERT INTO undo_parts (undo_id, part, change) VALUES ($id, $part, $change)';
      prepared.run(sql, { id, part, change: JSON.stringify(change) });
    },
    begin: (id, parts, words) => addAct(prepared, id, { ...words, inverse: null, parts }),
    turnRound: (id, undoneMs) => {
      prepared.run('UPDATE undo_log SET undone_ms = $undoneMs, carried = 0 WHERE id = $id', { id, undoneMs });
    },
    due: () => {
      const row = prepared.get<DueRow>(DUE);
      return row === undefined ? null : { ...row, change: JSON.parse(row.change) as unknown };
    },
    carried: (id, part, inverse) => {
      const sql = 'UPDATE undo_parts SET change = $change WHERE undo_id = $id AND part = $part';
      prepared.run(sql, { id, part, change: JSON.stringify(inverse) });
      prepared.run('UPDATE undo_log SET carried = $carried WHERE id = $id', { id, carried: part + 1 });
    },
    forgotten: () => prepared.get<{ id: number }>(FORGOTTEN)?.id ?? null,
    forgetSome: (id) => {
      prepared.run(FORGET, { id });
    },
  };
}
