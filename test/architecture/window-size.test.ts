import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MOST_KB = 120;

/** Scripts that the first screen waits for: what the page names, and what those import before they run. */
function scriptsOf(folder: string): readonly string[] {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const found = new Set([...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, path]) => path!));
  for (const path of found) {
    const code = readFileSync(join(folder, path), 'utf8');
    for (const [, file] of code.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)) found.add(`assets/${file}`);
  }
  return [...found];
}

it(`the first screen's script is at most ${MOST_KB} kB gzipped`, { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-window-'));
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const words = [vite, 'build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir'];
    // Vite minifies less when it takes this for a test's environment.
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, words, { cwd: root, env });
    const scripts = scriptsOf(folder);
    const kilobytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0) / 1000;
    console.info(`${scripts.length} script(s) of the first screen, ${kilobytes.toFixed(1)} kB gzipped`);
    expect(scripts.length).toBeGreaterThan(0);
    expect(kilobytes).toBeGreaterThan(10);
    expect(kilobytes).toBeLessThanOrEqual(MOST_KB);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
