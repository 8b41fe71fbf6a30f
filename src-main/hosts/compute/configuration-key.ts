/** Names for what is remembered of a configuration: equal only where graphs and their speed are. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '#simclr/recipe.ts';
import type { LookShapes } from './looks.ts';

/** All code that a graph is made by. */
const CODE_FOLDERS = ['base', 'simclr', 'tensorflow', 'hosts/compute'];
const SOURCE = join(import.meta.dirname, '..', '..');

/**
 * @param recipe of a run; what only its length and its learning rate are made of is left out.
 * @param native TensorFlow's version, the device, and which of our own operations it has.
 * @returns hexadecimal.
 */
export function configurationKey(
  recipe: Recipe,
  { canvasSide, looks, threads }: { readonly canvasSide: number; readonly looks: LookShapes; readonly threads: number },
  native: string,
): string {
  const { optimizer, schedule: _schedule, ...rest } = recipe;
  const { baseLearningRate: _base, learningRateRule: _rule, ...update } = optimizer;
  const { seed: _seed, length: _length, ...shape } = rest as typeof rest & { seed?: number; length?: unknown };
  const machine = [cpus()[0]?.model, availableParallelism(), process.platform, process.arch];
  const parts = [
    shape,
    update,
    canvasSide,
    looks,
    threads,
    native,
    machine,
    process.versions.v8,
    addonMark(),
    codeHash(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function codeHash(): string {
  const hash = createHash('sha256');
  for (const folder of CODE_FOLDERS) {
    const path = join(SOURCE, folder);
    const names = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
    for (const name of names) hash.update(name.slice(SOURCE.length)).update(readFileSync(name));
  }
  return hash.digest('hex');
}

/** Of the native addon: rebuilt, it may do other operations. */
function addonMark(): string {
  const path = join(SOURCE, '..', 'node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node');
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts === undefined ? 'none' : `${facts.size} ${Math.round(facts.mtimeMs)}`;
}
