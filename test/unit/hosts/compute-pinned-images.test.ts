import { describe, expect, it } from 'vitest';
import { vectorTable } from '#base/vector-table.ts';
import { exactNeighbours } from '#evaluation/neighbours.ts';
import { pinnedNeighbours, pinnedRows } from '#hosts/compute/pinned-images.ts';

const image = (contentHash: string, label: string | null = null) => ({ contentHash, label });

describe('pinnedRows', () => {
  it('pins one image of each label, in their order', () => {
    const images = [image('a', 'moth'), image('b', 'moth'), image('c', 'bee'), image('d', 'moth'), image('e', 'wasp')];
    expect(pinnedRows(images)).toEqual([0, 2, 4]);
  });

  it('pins the first six of unlabelled images', () => {
    expect(pinnedRows(Array.from({ length: 9 }, (_, i) => image(`i${i}`)))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('pinnedNeighbours', () => {
  const images = ['east', 'west', 'north', 'northeast'].map((name) => image(name));
  const vectors = vectorTable(Float32Array.of(1, 0, -1, 0, 0, 1, 0.7, 0.7), 2);

  it('finds the nearest by direction, best first, and never the image itself', async () => {
    const [pin] = await pinnedNeighbours({ vectors, images }, { vectors, images, rows: [0] }, [0], exactNeighbours);
    expect(pin?.contentHash).toBe('east');
    expect(pin?.nearest.map(({ contentHash }) => contentHash)).toEqual(['northeast', 'north', 'west']);
    expect(pin?.nearest[0]?.similarity).toBeCloseTo(Math.SQRT1_2, 5);
    expect(pin?.nearest.at(-1)?.similarity).toBeCloseTo(-1, 5);
  });

  it('has nothing to show of a single image', async () => {
    const one = { vectors: vectorTable(Float32Array.of(1, 0), 2), images: images.slice(0, 1) };
    expect(await pinnedNeighbours(one, { ...one, rows: [0] }, [0], exactNeighbours)).toEqual([]);
  });
});
