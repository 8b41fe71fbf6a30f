/**
 * `npm test`: the checks (types, lint, format), then all tests; `npm test -- PATTERN` runs only the tests that match.
 * Ends with one line, `N passed, N failed` (`, N skipped`), counted from the reports of vitest and, after it, of
 * Playwright, which runs the tests of the studio; skipped ones are named.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { runStudioTests, studioFiles } from './run-studio-tests.mjs';
import { checkAll } from './run-check.mjs';
import { closingLine, countsOf } from './test-counts.mjs';
import { findBrowser } from './setup/browser.mjs';
import { modules, projectEnvironment, projectNode, root } from './setup/places.mjs';

async function runVitest(args, browser) {
  const folder = join(root, '.setup');
  mkdirSync(folder, { recursive: true });
  const reportPath = join(folder, `vitest-${process.pid}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  const env = { ...projectEnvironment(), ...plain, ...(browser === null ? {} : { KINDRED_CHROMIUM: browser }) };
  const vitest = join(modules, 'vitest', 'vitest.mjs');
  const options = { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] };
  const code = await runToEnd(projectNode(), [vitest, 'run', ...reporters, ...args], options);
  const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : null;
  rmSync(reportPath, { force: true });
  return { code, counts: report === null ? { passed: 0, failed: 1, skippedNames: [] } : countsOf(report) };
}

const isPattern = (word) => !word.startsWith('-');

export async function runTests(args) {
  const browser = await findBrowser();
  const checks = args.length === 0 ? (await checkAll()).filter(({ name }) => name !== 'architecture') : [];
  const studio = studioFiles(args.filter(isPattern));
  // A pattern for the studio's tests alone leaves vitest with nothing to do, which is no failure.
  const results = [await runVitest(studio.length > 0 ? ['--passWithNoTests', ...args] : args, browser)];
  if (studio.length > 0) results.push(await runStudioTests(studio, browser));
  const skipped = results.flatMap(({ counts }) => counts.skippedNames);
  for (const name of skipped) console.log(`skipped: ${name}`);
  const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
  const passed = sum('passed') + checks.filter((check) => check.passed).length;
  let failed = sum('failed') + checks.filter((check) => !check.passed).length;
  if (failed === 0 && results.some(({ code }) => code !== 0)) failed = 1;
  console.log(closingLine({ passed, failed, skipped: skipped.length }));
  return failed === 0 ? 0 : 1;
}
