import { expect, it } from 'vitest';
import { chunkNote } from '#hosts/compute/chunk-notes.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';

const recipe = (batchNorm: 'ghost' | 'global', images: number | null = 256) =>
  trainingConfigSchema.parse({ batchSize: 4096, encoder: { width: 1 }, chunk: { images, batchNorm } });

it('says nothing of a batch that is computed whole', () => {
  expect(chunkNote(recipe('ghost', null), 'float32')).toBeNull();
});

it('says how many chunks there are, what they take longer, and which batch norm they have', () => {
  const note = chunkNote(recipe('ghost'), null)!;
  expect(note).toContain('16 chunks of 256 images');
  expect(note).toContain('about 25 % longer');
  expect(note).toContain('by chunk (ghost)');
});

it('says the memory that batch norm over the whole batch takes: of the larger precision while it is not known', () => {
  const heldIn = (precision: Parameters<typeof chunkNote>[1]): string =>
    /(up to )?[\d.]+ [MG]B of activations/.exec(chunkNote(recipe('global'), precision)!)![0];
  expect(chunkNote(recipe('global'), 'float32')).toContain('about 65 % longer');
  const gigabytes = (text: string): number => Number(/[\d.]+/.exec(text)![0]);
  expect(gigabytes(heldIn('float32'))).toBeCloseTo(2 * gigabytes(heldIn('bfloat16')), 0);
  expect(heldIn(null)).toBe(`up to ${heldIn('float32')}`);
});
