import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const countsModule = new URL('../../../scripts/test-counts.mjs', import.meta.url).href;

interface FileReport {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/** What the script, run by itself, makes of a vitest report. */
function closingLineOf(success: boolean, testResults: readonly FileReport[]): string {
  return closingLineBy('countsOf', { success, testResults });
}

function closingLineBy(counter: 'countsOf' | 'countsOfStudio', report: unknown): string {
  const code = `
    import { closingLine, ${counter} } from ${JSON.stringify(countsModule)};
    const { passed, failed, skippedNames } = ${counter}(${JSON.stringify(report)});
    console.log(closingLine({ passed, failed, skipped: skippedNames.length }));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).trim();
}

const file = (status: string, ...tests: readonly string[]): FileReport => ({
  status,
  assertionResults: tests.map((each, i) => ({ status: each, fullName: `test ${i}` })),
});

describe('the closing line of a test run', () => {
  it('counts passed and failed tests', () => {
    expect(closingLineOf(false, [file('failed', 'passed', 'failed', 'passed'), file('passed', 'passed')])).toBe(
      '3 passed, 1 failed',
    );
  });

  it('adds skipped tests when there are any', () => {
    expect(closingLineOf(true, [file('passed', 'passed', 'skipped', 'todo')])).toBe('1 passed, 0 failed, 2 skipped');
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(closingLineOf(false, [file('passed', 'passed'), file('failed')])).toBe('1 passed, 1 failed');
  });

  it('does not call an unsuccessful run without failed tests passed', () => {
    expect(closingLineOf(false, [file('passed', 'passed')])).toBe('1 passed, 1 failed');
  });

  it('counts the tests of the studio at every depth, and what failed outside of them', () => {
    const spec = (status: string) => ({ title: status, tests: [{ status }] });
    const inner = { title: 'inner', specs: [spec('expected'), spec('skipped')] };
    const suites = [{ title: 'file', specs: [spec('expected'), spec('unexpected')], suites: [inner] }];
    expect(closingLineBy('countsOfStudio', { suites, errors: [] })).toBe('2 passed, 1 failed, 1 skipped');
    expect(closingLineBy('countsOfStudio', { suites: [], errors: [{}] })).toBe('0 passed, 1 failed');
  });
});
