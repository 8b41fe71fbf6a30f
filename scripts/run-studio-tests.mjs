/** The tests of the studio: Playwright, with the real engine, in the Chromium that was found. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { modules, projectEnvironment, projectNode, root } from './setup/places.mjs';
import { ensureWindow } from './setup/window.mjs';
import { countsOfStudio } from './test-counts.mjs';

const studio = join('test', 'studio');

/** Files of the studio's tests that a pattern matches, as vitest would match its own; all when there is no pattern. */
export function studioFiles(patterns) {
  if (!existsSync(join(root, studio))) return [];
  const files = readdirSync(join(root, studio), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(studio, name));
  return patterns.length === 0 ? files : files.filter((file) => patterns.some((pattern) => file.includes(pattern)));
}

/**
 * Runs them one after the other. Without a browser they are skipped, by name.
 *
 * @returns `{ code, counts }` as for vitest.
 */
export async function runStudioTests(files, browser) {
  await ensureWindow();
  mkdirSync(join(root, '.setup'), { recursive: true });
  const report = join(root, '.setup', `playwright-${process.pid}.json`);
  const env = {
    ...projectEnvironment(),
    ...(process.stdout.isTTY ? {} : { FORCE_COLOR: '0' }),
    KINDRED_CHROMIUM: browser ?? '',
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  };
  const playwright = join(modules, '@playwright', 'test', 'cli.js');
  const options = { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] };
  const code = await runToEnd(projectNode(), [playwright, 'test', '--reporter=list,json', ...files], options);
  const counts = existsSync(report) ? countsOfStudio(JSON.parse(readFileSync(report, 'utf8'))) : null;
  rmSync(report, { force: true });
  return { code, counts: counts ?? { passed: 0, failed: 1, skippedNames: [] } };
}
