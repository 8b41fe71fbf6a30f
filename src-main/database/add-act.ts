import type { ActWords } from '#application/ports/undo.ts';
import type { Prepared } from './prepared.ts';

/** Acts that can be taken back; older ones are forgotten. */
const KEPT = 500;

/** Adds an act, and forgets those that can't be undone or redone after it. @param id null: the next. */
export function addAct(
  prepared: Prepared,
  id: number | null,
  { madeMs, command, summary, inverse, parts }: ActWords & { readonly inverse: unknown; readonly parts: number },
): void {
  prepared.run('DELETE FROM undo_log WHERE undone_ms IS NOT NULL');
  const sql = `INSERT INTO undo_log (id, made_ms, command, summary, inverse, parts)
    VALUES ($id, $madeMs, $command, $summary, $inverse, $parts)`;
  const { lastId } = prepared.run(sql, { id, madeMs, command, summary, inverse: JSON.stringify(inverse), parts });
  prepared.run('DELETE FROM undo_log WHERE id <= $last', { last: lastId - KEPT });
}
