/** Datasets that are out of sight until their removal is taken back or they are erased. */
import type { RemovedDatasets } from '#application/ports/library.ts';
import type { DatasetId } from '#base/ids.ts';
import type { Prepared } from './prepared.ts';

/** `removed_ms` of a dataset that is being erased. */
export const GIVEN_UP_MS = -1;

/** Begins with a control character, which no dataset's name may hold. */
const HIDDEN_NAME = "char(31) || 'removed ' || id";

export function removedDatasets(prepared: Prepared): RemovedDatasets {
  return {
    nameOf: (id) => {
      const sql = `SELECT removed_name AS name FROM datasets WHERE id = $id AND removed_ms <> ${GIVEN_UP_MS}`;
      return prepared.get<{ name: string }>(sql, { id })?.name ?? null;
    },
    putAway: (id, removedMs) => {
      const sql = `UPDATE datasets SET removed_name = name, name = ${HIDDEN_NAME}, removed_ms = $removedMs
        WHERE id = $id AND removed_ms IS NULL`;
      prepared.run(sql, { id, removedMs });
    },
    bringBack: (id, name) => {
      const sql = 'UPDATE datasets SET name = $name, removed_name = NULL, removed_ms = NULL WHERE id = $id';
      prepared.run(sql, { id, name });
    },
    giveUp: (id) => {
      const sql = `UPDATE datasets SET removed_name = coalesce(removed_name, name), name = ${HIDDEN_NAME},
        removed_ms = ${GIVEN_UP_MS} WHERE id = $id`;
      prepared.run(sql, { id });
    },
    toErase: (beforeMs) => {
      const sql = `SELECT id FROM datasets WHERE removed_ms < $beforeMs OR removed_ms = ${GIVEN_UP_MS} ORDER BY id`;
      return prepared.all<{ id: DatasetId }>(sql, { beforeMs }).map(({ id }) => id);
    },
  };
}
