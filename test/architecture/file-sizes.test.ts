import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LONGEST_LINES = 400;
/** Nothing of the shell can be run without Electron's binary, so there must be little of it. */
const SHELL_LINES = 200;
const CODE = /\.(?:ts|mjs|cjs|js|svelte|css|py)$/;

/** Files that git tracks or would track, so that new ones count before they are committed. */
function codeFiles(): readonly { readonly path: string; readonly lines: number }[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return listed
    .toString('utf8')
    .split('\0')
    .filter((path) => CODE.test(path))
    .flatMap((path) => {
      const lines = lineCount(join(root, path));
      return lines === null ? [] : [{ path, lines }];
    })
    .toSorted((a, b) => a.lines - b.lines);
}

/** null for a file that was deleted and not yet committed as such. */
function lineCount(path: string): number | null {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').length;
  } catch {
    return null;
  }
}

it(`no file is longer than ${LONGEST_LINES} lines`, () => {
  const files = codeFiles();
  const median = files[Math.floor(files.length / 2)]?.lines ?? 0;
  const largest = files.slice(-5).toReversed();
  console.info(
    `${files.length} files, median ${median} lines; largest: ${largest.map(({ path, lines }) => `${path} ${lines}`).join(', ')}`,
  );
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter(({ lines }) => lines > LONGEST_LINES)).toEqual([]);
});

it(`the Electron shell is at most ${SHELL_LINES} lines in all`, () => {
  const shell = codeFiles().filter(({ path }) => path.startsWith('src-main/hosts/electron/'));
  expect(shell.length).toBeGreaterThan(1);
  expect(shell.reduce((sum, { lines }) => sum + lines, 0)).toBeLessThanOrEqual(SHELL_LINES);
});
