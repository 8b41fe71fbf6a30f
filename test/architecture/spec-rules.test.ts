/** The rules of SPEC.md and the tests that cite them. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const spec = readFileSync(new URL('src-main/simclr/SPEC.md', root), 'utf8');
const rules = new Set(Array.from(spec.matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm), ([, rule]) => rule!));

/** Rules cited in the names of tests: `it('[NX3] …'`, `it('[V1, V2] …'`, `[V1][V2]`. */
function citedRules(): Set<string> {
  const files = globSync('test/**/*.test.ts', { cwd: root });
  const brackets = files.flatMap((file) => {
    const code = readFileSync(new URL(file, root), 'utf8');
    return Array.from(code.matchAll(/\[([A-Z]+\d+(?:, ?[A-Z]+\d+)*)\]/g), ([, inside]) => inside!);
  });
  return new Set(brackets.flatMap((inside) => inside.split(/, ?/)));
}

describe('SPEC.md', () => {
  it('numbers each rule once', () => {
    const numbered = Array.from(spec.matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm));
    expect(numbered.length).toBe(rules.size);
    expect(rules.size).toBeGreaterThan(60);
  });

  it('has no rule without a test that cites it', () => {
    const cited = citedRules();
    expect([...rules].filter((rule) => !cited.has(rule))).toEqual([]);
  });

  it('has every rule of its families that a test cites', () => {
    const families = new Set([...rules].map((rule) => rule.replace(/\d+/, '')));
    const unknown = [...citedRules()].filter((rule) => families.has(rule.replace(/\d+/, '')) && !rules.has(rule));
    expect(unknown).toEqual([]);
  });
});
