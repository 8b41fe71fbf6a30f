/**
 * A few judged images with their nearest others, found anew at each headline evaluation from the vectors it has made
 * anyway: what a person watches getting better.
 */
import type { PlannedImage } from '#application/ports/runs.ts';
import { takeRows, type VectorTable } from '#base/vector-table.ts';
import { type FindNeighbours, withoutSelf } from '#evaluation/neighbours.ts';
import type { PinnedImage } from '#training/ports.ts';

const PINS = 6;
const NEAREST = 6;

/** Rows of the first images of different labels; of unlabelled ones simply the first. Their order is random already. */
export function pinnedRows(images: readonly PlannedImage[]): readonly number[] {
  const seen = new Set<string>();
  const rows = images.flatMap(({ label }, row) => {
    if (label === null) return [row];
    if (seen.has(label)) return [];
    seen.add(label);
    return [row];
  });
  return rows.slice(0, PINS);
}

/**
 * @param bank one vector for each image, in order. @param pinned the same of the images pinned.
 * @param ownRows of each pinned image its own row in the bank, or −1.
 */
export async function pinnedNeighbours(
  bank: { readonly vectors: VectorTable; readonly images: readonly PlannedImage[] },
  pinned: { readonly vectors: VectorTable; readonly images: readonly PlannedImage[]; readonly rows: readonly number[] },
  ownRows: readonly number[],
  find: FindNeighbours,
): Promise<readonly PinnedImage[]> {
  const k = Math.min(NEAREST + 1, bank.vectors.count);
  if (k < 2 || pinned.rows.length === 0) return [];
  const found = await find(bank.vectors, takeRows(pinned.vectors, pinned.rows), k);
  const lists = withoutSelf(found, ownRows);
  return pinned.rows.map((row, pin) => ({
    contentHash: pinned.images[row]!.contentHash,
    nearest: Array.from({ length: lists.k }, (_, rank) => ({
      contentHash: bank.images[lists.rows[pin * lists.k + rank]!]!.contentHash,
      similarity: lists.similarities[pin * lists.k + rank]!,
    })),
  }));
}
