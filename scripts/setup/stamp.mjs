/**
 * How a second start knows in milliseconds that nothing is to be done: a file in `node_modules` that holds a hash of
 * all that set-up depends on. It is written last, and goes with `node_modules`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addonInPlace, modules, nativeFolder, projectNode, root, tensorflowInPlace } from './places.mjs';

/** Raise when set-up itself changes in a way that must run again. */
const SETUP_VERSION = 2;
const stampPath = join(modules, '.kindred-setup.json');

function inputsHash(plan) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const facts = JSON.stringify([SETUP_VERSION, process.platform, process.arch, plan.device, plan.tensorflow]);
  const hash = createHash('sha256').update(facts).update(lock);
  for (const name of readdirSync(nativeFolder).toSorted()) hash.update(readFileSync(join(nativeFolder, name)));
  return hash.digest('hex');
}

/** True when set-up has finished for exactly this plan and what it made is still there. */
export function isStamped(plan) {
  try {
    const stamp = JSON.parse(readFileSync(stampPath, 'utf8'));
    const made = [projectNode(), addonInPlace(), tensorflowInPlace(), ...(stamp.libraries ?? [])];
    return stamp.inputs === inputsHash(plan) && made.every((path) => existsSync(path));
  } catch {
    return false;
  }
}

/**
 * @param libraries absolute paths of what the addon is linked to.
 * @param proof what the proof printed: TensorFlow's and Node's versions; `doctor` reads it.
 */
export function writeStamp(plan, libraries, proof) {
  mkdirSync(dirname(stampPath), { recursive: true });
  const aside = `${stampPath}.${process.pid}`;
  const { device, why, tensorflow } = plan;
  writeFileSync(
    aside,
    JSON.stringify({ inputs: inputsHash(plan), device, why, tensorflow, libraries, ...proof }, null, 2),
  );
  renameSync(aside, stampPath);
}
