import { expect, it } from 'vitest';
import { fileFilterSchema } from '#contract/studio/files.ts';
import { hasOwnConditions } from '#hosts/engine/procedures/search.ts';

const chosen = {
  labels: ['cat'],
  tags: ['night'],
  splits: ['train'],
  folders: ['2024'],
  traits: ['dark'],
  years: ['2024'],
  states: ['problem'],
  text: 'IMG',
  files: '1.3',
};

it('searches all of a dataset when nothing but the dataset is chosen', () => {
  expect(hasOwnConditions(fileFilterSchema.parse({ datasetId: 1 }))).toBe(false);
});

it.each(Object.entries(chosen))('searches only what passes when %s are chosen', (part, values) => {
  expect(hasOwnConditions(fileFilterSchema.parse({ datasetId: 1, [part]: values }))).toBe(true);
});

it('knows every part of a filter', () => {
  const parts = Object.keys(fileFilterSchema.parse({ datasetId: 1 }));
  expect(parts.toSorted()).toEqual(['datasetId', ...Object.keys(chosen)].toSorted());
});
