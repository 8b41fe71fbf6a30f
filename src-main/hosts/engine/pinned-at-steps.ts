import type { ImageStore } from '#application/ports/library.ts';
import type { RunEvent } from '#application/ports/runs.ts';
import type { PinnedAtStep } from '#contract/studio/runs.ts';

/** What a run has recorded of its pinned images, by the ids that pictures are asked for; images that are gone are left out. */
export function pinnedAtSteps(events: readonly RunEvent[], images: Pick<ImageStore, 'findByHash'>): PinnedAtStep[] {
  const known = new Map<string, number | null>();
  const idOf = (hash: string): number | null => {
    if (!known.has(hash)) known.set(hash, images.findByHash(hash)?.id ?? null);
    return known.get(hash)!;
  };
  return events.flatMap((event) => {
    if (event.kind !== 'neighbours') return [];
    const pins = event.pinned.flatMap(({ contentHash, nearest }) => {
      const imageId = idOf(contentHash);
      if (imageId === null) return [];
      const shown = nearest.flatMap((near) => {
        const id = idOf(near.contentHash);
        return id === null ? [] : [{ imageId: id, score: near.similarity }];
      });
      return [{ imageId, nearest: shown }];
    });
    return [{ step: event.step, pins }];
  });
}
