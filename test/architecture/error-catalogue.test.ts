import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { errorCatalogue } from '#contract/errors.ts';
import { readSources } from './import-graph.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = readSources(root, ['src-main']).filter(({ path }) => path !== 'src-main/contract/errors.ts');
const THROWN = /new KindredError\(\s*['"`]([^'"`]+)['"`]/g;

/** Codes that stand in a `new KindredError('…')`, each with the files it stands in. */
function thrownCodes(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const [, code = ''] of text.matchAll(THROWN)) found.set(code, [...(found.get(code) ?? []), path]);
  }
  return found;
}

function unknownCodes(files: readonly { readonly path: string; readonly text: string }[]): readonly string[] {
  return [...thrownCodes(files)].flatMap(([code, paths]) =>
    Object.hasOwn(errorCatalogue, code) ? [] : [`${code} (${paths.join(', ')})`],
  );
}

it('every code that is thrown is in the catalogue', () => {
  expect(thrownCodes(sources).size).toBeGreaterThan(3);
  expect(unknownCodes(sources)).toEqual([]);
});

it('a code that is not in the catalogue is named with its file', () => {
  const text = `throw new KindredError(\n  'noun.invented',\n  \`…\`);`;
  expect(unknownCodes([{ path: 'src-main/images/a.ts', text }])).toEqual(['noun.invented (src-main/images/a.ts)']);
});

it('every code reads noun.problem and has a title that starts with a capital', () => {
  for (const [code, { title }] of Object.entries(errorCatalogue)) {
    expect(code).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
  }
});

function isUsed(code: string): boolean {
  return sources.some(({ text }) => text.includes(`'${code}'`));
}

it('codes that nothing uses are listed', () => {
  const unused = Object.keys(errorCatalogue).filter((code) => !isUsed(code));
  console.info(unused.length === 0 ? 'every code is used' : `codes without use yet: ${unused.join(', ')}`);
  expect(Object.keys(errorCatalogue).length).toBeGreaterThan(unused.length);
});
