/**
 * tfjs-node's addon, compiled from the source inside the npm package against our TensorFlow, with Kindred's own
 * operations (`src-main/tensorflow/native`) beside it: about twenty seconds of g++, kept in the cache under a hash of all
 * that goes into it and copied into the checkout.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf, runCommand } from './command.mjs';
import { addonInPlace, cacheFolder, modules, nativeFolder, projectNode, tensorflowInPlace } from './places.mjs';
import { SetupError } from './progress.mjs';
import { tensorflowIn } from './tensorflow.mjs';

const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];
const FLAGS = ['-O3', '-std=c++17', '-fPIC', '-shared', '-pthread', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];
// The binding's runs of a session pass through `session-trace.cc`.
const RENAMED = ['-DTF_SessionRun=kindredSessionRun'];
// GCC tells that vectors wider than the baseline's registers are passed otherwise; ours never leave their file.
const QUIET = ['-Wno-psabi'];

// Beside the addon, wherever that is: a link to the cache in a checkout, the libraries themselves in a packaged app.
const RUN_PATH = `${process.platform === 'darwin' ? '@loader_path' : '$ORIGIN'}/../../deps/lib`;

const bindingFolder = () => join(modules, '@tensorflow', 'tfjs-node', 'binding');

/** Node-API's headers come with the package that holds the Node 24 binary of this platform. */
function nodeHeaders() {
  const nested = join(modules, 'node', 'node_modules');
  const packages = existsSync(nested) ? readdirSync(nested).map((name) => join(nested, name)) : [];
  const folders = [...packages, dirname(dirname(projectNode()))].map((folder) => join(folder, 'include', 'node'));
  const headers = folders.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (headers === undefined)
    throw new SetupError(`No node_api.h below ${nested}; run "npm rebuild node --foreground-scripts".`);
  return headers;
}

/** @returns where the addon for this TensorFlow is, or will be, in the cache. */
export function addonInCache(tensorflow) {
  const hash = createHash('sha256').update(
    JSON.stringify([FLAGS, RENAMED, RUN_PATH, tensorflow, process.arch, process.platform]),
  );
  for (const folder of [bindingFolder(), nativeFolder]) {
    for (const name of readdirSync(folder).toSorted()) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return join(cacheFolder(), 'addons', `${hash.digest('hex').slice(0, 16)}.node`);
}

/** True when some checkout has compiled an addon before. */
export function cacheHasAddons() {
  const folder = join(cacheFolder(), 'addons');
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node'));
}

/** The first C++ compiler that is there, or null. `CXX` is asked first. */
export function compiler(env = process.env) {
  const candidates = [env.CXX, 'g++', 'c++', 'clang++'].filter((name) => name !== undefined && name !== '');
  return candidates.find((name) => outputOf(name, ['--version']) !== null) ?? null;
}

/** Compiles into the cache. The caller holds the cache's lock. */
export async function compileAddon(tensorflow, program) {
  const target = addonInCache(tensorflow);
  mkdirSync(dirname(target), { recursive: true });
  const { include, libraries } = tensorflowIn(tensorflow);
  const headers = [nodeHeaders(), include].map((folder) => `-I${folder}`);
  const own = readdirSync(nativeFolder).filter((name) => name.endsWith('.cc'));
  const sources = [
    ...SOURCES.map((name) => join(bindingFolder(), name)),
    ...own.toSorted().map((name) => join(nativeFolder, name)),
  ];
  const extra = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const unfinished = `${target}.unfinished`;
  const args = [
    ...FLAGS,
    ...RENAMED,
    ...QUIET,
    ...headers,
    ...sources,
    '-o',
    unfinished,
    ...libraries,
    ...extra,
    `-Wl,-rpath,${RUN_PATH}`,
  ];
  await runCommand(program, args);
  renameSync(unfinished, target);
}

/**
 * Copies the compiled addon to where tfjs-node looks for it, with TensorFlow's libraries where it looks for them. The
 * addon is there complete or not at all.
 */
export function placeAddon(tensorflow) {
  const libraries = tensorflowInPlace();
  mkdirSync(dirname(libraries), { recursive: true });
  rmSync(libraries, { recursive: true, force: true });
  symlinkSync(tensorflowIn(tensorflow).libraryFolder, libraries, 'dir');
  const target = addonInPlace();
  mkdirSync(dirname(target), { recursive: true });
  const aside = `${target}.${process.pid}`;
  copyFileSync(addonInCache(tensorflow), aside);
  renameSync(aside, target);
}
