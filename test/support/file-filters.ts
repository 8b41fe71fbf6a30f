import fc from 'fast-check';
import { writeFileSet } from '#contract/studio/file-set.ts';
import { fileFilterSchema, type FileFilter } from '#contract/studio/files.ts';

/** Open four times out of five. */
const mostlyOpen = <T>(part: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: part });
const some = <T>(...values: readonly T[]): fc.Arbitrary<T[] | undefined> =>
  mostlyOpen(fc.subarray([...values], { minLength: 1, maxLength: 2 }));

/** Filters that a `ChangingLibrary` has files for. */
export const fileFilters: fc.Arbitrary<FileFilter> = fc
  .record({
    datasetId: fc.constantFrom(null, 1, 2),
    labels: some('cat', 'dog', 'Žebra', '', 'own 1', 'none has it'),
    tags: some('night', 'blue', 'a,b', 'none has it'),
    splits: some('train', 'val', 'test', ''),
    states: mostlyOpen(fc.subarray(['present', 'missing', 'problem'], { minLength: 1 })),
    folders: some('', 'one', 'one/two', 'x_%'),
    traits: some('dark', 'bright', 'blurred', 'plain', 'small', 'large'),
    years: some('2010', '2012', ''),
    files: mostlyOpen(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 20 }).map(writeFileSet)),
    text: mostlyOpen(fc.constantFrom('img 1', 'o', '_%', 'none has it')),
  })
  .map((parts) => fileFilterSchema.parse(parts));
