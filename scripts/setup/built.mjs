/** What is built from our own source: made when it is missing or older than its source, by a hash of all that goes into it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { withLock } from './lock.mjs';
import { projectEnvironment, projectNode, root } from './places.mjs';
import { say } from './progress.mjs';

/**
 * Takes some seconds when there is something to build, some milliseconds when not. Several at once wait for each other.
 *
 * @param name what it is, in words; also that of its lock.
 * @param sources folders and files in the checkout.
 * @param results files that are there once it is built; the first one's folder keeps the hash.
 * @param words what Node runs to build it.
 */
export async function ensureBuilt({ name, sources, results, words }) {
  const stamp = join(root, results[0], '..', '.source-hash');
  const isCurrent = (hash) =>
    results.every((result) => existsSync(join(root, result))) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === hash;
  if (isCurrent(hashOf(sources))) return;
  const sayWaiting = (pid) => say(`Another start is building the ${name} (process ${pid}); waiting for it.`);
  await withLock(join(root, '.setup', `${name}.lock`), sayWaiting, async () => {
    const hash = hashOf(sources);
    if (isCurrent(hash)) return;
    say(`Building the ${name}`);
    await runCommand(projectNode(), words, { env: projectEnvironment(), cwd: root });
    writeFileSync(stamp, hash);
  });
}

function hashOf(sources) {
  const digest = createHash('sha256');
  for (const file of sources.flatMap(filesOf).filter(existsSync).sort()) {
    digest.update(`${file.slice(root.length)}\n`).update(readFileSync(file));
  }
  return digest.digest('hex');
}

/** The file itself, or the files below a folder. */
function filesOf(source) {
  const path = join(root, source);
  if (/\.\w+$/.test(source)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
