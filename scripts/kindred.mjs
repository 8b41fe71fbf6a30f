/**
 * Everything that the scripts of package.json do (`npm start`, `npm test`, `npm run check` …): the set-up when it is missing
 * or stale, then the command, on Node 24. Plain Node 20 or newer, no dependencies: this file runs before there are any.
 */
import { buildApp } from './build-app.mjs';
import { packageApp } from './package-app.mjs';
import { runBench } from './run-bench.mjs';
import { runChecks } from './run-check.mjs';
import { takePictures } from './take-pictures.mjs';
import { runTests } from './run-tests.mjs';
import { start } from './start.mjs';
import { ensureSetUp } from './setup/ensure.mjs';
import { say } from './setup/progress.mjs';

const verbs = {
  setup: () => 0,
  start,
  test: runTests,
  check: runChecks,
  build: buildApp,
  package: packageApp,
  bench: runBench,
  screenshots: takePictures,
};

const [verb = '', ...args] = process.argv.slice(2);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

try {
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run === undefined) throw new Error(`"${verb}" is none of: ${Object.keys(verbs).join(', ')}.`);
  await ensureSetUp();
  process.exitCode = await run(args);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
