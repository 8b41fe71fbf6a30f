/** Builds the studio's window when it is missing or older than its source: by a hash of all that goes into it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { withLock } from './lock.mjs';
import { modules, projectEnvironment, projectNode, root } from './places.mjs';
import { say } from './progress.mjs';

const SOURCES = ['src-renderer', join('src-main', 'contract')];
const FILES = ['vite.config.ts', 'svelte.config.js', 'package-lock.json'];
const built = join(root, 'out', 'renderer');
const stamp = join(built, '.source-hash');

function sourceHash() {
  const digest = createHash('sha256');
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const files = [...SOURCES.flatMap(below), ...FILES.map((name) => join(root, name))].filter(existsSync).sort();
  for (const file of files) digest.update(`${file.slice(root.length)}\n`).update(readFileSync(file));
  return digest.digest('hex');
}

function isCurrent(hash) {
  return existsSync(join(built, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/** Takes 1 s when there is something to build, some milliseconds when not. */
export async function ensureWindow() {
  if (isCurrent(sourceHash())) return;
  const sayWaiting = (pid) => say(`Another start is building the window (process ${pid}); waiting for it.`);
  await withLock(join(root, '.setup', 'window.lock'), sayWaiting, async () => {
    const hash = sourceHash();
    if (isCurrent(hash)) return;
    say('Building the window');
    const vite = join(modules, 'vite', 'bin', 'vite.js');
    await runCommand(projectNode(), [vite, 'build', '--logLevel', 'error'], { env: projectEnvironment(), cwd: root });
    writeFileSync(stamp, hash);
  });
}

/** True for a command line that opens the studio: no command, or `studio`; not one that asks for help. */
export function opensStudio(words) {
  if (words.includes('--help') || words.includes('-h')) return false;
  const valued = new Set(['--library', '--port']);
  const command = words.find((word, i) => !word.startsWith('-') && !valued.has(words[i - 1]));
  return command === undefined || command === 'studio';
}
