/** `npm run check`: types, lint, format, arrows; all side by side, each reported by name. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { modules, projectEnvironment, projectNode, root } from './setup/places.mjs';

const there = (path) => existsSync(join(root, path));
const script = (...path) => join(modules, ...path);
const PRETTIER_CACHE = ['--cache', '--cache-location', join(modules, '.cache', 'kindred-prettier')];
const FORMATTED = ['scripts', 'src-main', 'src-renderer', 'test', '*.{json,ts,md}', 'resources/*/*.md'];

/** @returns `{ name, args }[]`; each runs on Node 24 from the checkout's root. */
function checks() {
  const tsc = script('typescript', 'bin', 'tsc');
  const prettier = script('prettier', 'bin', 'prettier.cjs');
  const list = [
    { name: 'types', args: [tsc, '-p', 'tsconfig.json'] },
    { name: 'types of the pure folders', args: [tsc, '-p', 'tsconfig.pure.json'] },
    { name: 'lint', args: [script('oxlint', 'bin', 'oxlint'), '--quiet'] },
    {
      name: 'format',
      args: [
        prettier,
        '--check',
        '--log-level=warn',
        ...PRETTIER_CACHE,
        '--no-error-on-unmatched-pattern',
        ...FORMATTED,
      ],
    },
    { name: 'architecture', args: [script('vitest', 'vitest.mjs'), 'run', '--reporter=dot', 'test/architecture'] },
  ];
  if (there('tsconfig.studio.json')) {
    list.push({ name: 'types of the tests of the studio', args: [tsc, '-p', 'tsconfig.studio.json'] });
  }
  if (there('src-main/hosts/electron') && there('tsconfig.electron.json')) {
    list.push({ name: 'types of the Electron shell', args: [tsc, '-p', 'tsconfig.electron.json'] });
  }
  if (there('src-renderer')) {
    const args = [
      script('svelte-check', 'bin', 'svelte-check'),
      '--tsconfig',
      './src-renderer/tsconfig.json',
      '--threshold',
      'error',
    ];
    list.push({ name: 'types of the window', args });
  }
  return list;
}

function runCheck({ name, args }) {
  return new Promise((resolve) => {
    const begun = performance.now();
    const options = { cwd: root, env: { ...projectEnvironment(), NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] };
    const child = spawn(projectNode(), args, options);
    let written = '';
    child.stdout.on('data', (chunk) => (written += chunk));
    child.stderr.on('data', (chunk) => (written += chunk));
    child.on('error', (error) => (written += error.message));
    child.on('close', (code) => resolve({ name, passed: code === 0, written, ms: performance.now() - begun }));
  });
}

/** Runs all checks and prints them; the output of a failed one in full. */
export async function checkAll() {
  const results = await Promise.all(checks().map(runCheck));
  for (const { name, passed, written, ms } of results) {
    if (!passed) console.log(written.trim());
    console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${(ms / 1000).toFixed(1)} s)`);
  }
  return results;
}

export async function runChecks() {
  const results = await checkAll();
  return results.every(({ passed }) => passed) ? 0 : 1;
}
