import { expect, it } from 'vitest';
import { pinnedAtSteps } from '#hosts/engine/pinned-at-steps.ts';
import type { RunEvent } from '#application/ports/runs.ts';

const ids = new Map([
  ['moth', 11],
  ['bee', 12],
]);
const images = { findByHash: (hash: string) => (ids.has(hash) ? ({ id: ids.get(hash)! } as never) : null) };
const near = (contentHash: string, similarity: number) => ({ contentHash, similarity });

it('shows pinned images by their ids, step by step, without what has left the library', () => {
  const events: RunEvent[] = [
    { kind: 'neighbours', step: 0, pinned: [{ contentHash: 'moth', nearest: [near('gone', 0.9), near('bee', 0.8)] }] },
    { kind: 'evaluated', protocol: 'knn', step: 0, top1: 0.2, chance: 0.1, k: 20, n: 50 },
    { kind: 'neighbours', step: 40, pinned: [{ contentHash: 'gone', nearest: [] }] },
  ];
  expect(pinnedAtSteps(events, images)).toEqual([
    { step: 0, pins: [{ imageId: 11, nearest: [{ imageId: 12, score: 0.8 }] }] },
    { step: 40, pins: [] },
  ]);
});
