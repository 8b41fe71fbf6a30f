/**
 * Where set-up keeps what it makes. Nothing is written outside of these two places:
 * the checkout (`node_modules`, `.setup`) and a cache of the user that all checkouts share.
 */
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
export const modules = join(root, 'node_modules');
/** Source of Kindred's own operations, which go into tfjs-node's addon. */
export const nativeFolder = join(root, 'src-main', 'tensorflow', 'native');

/** The cache folder of this user: TensorFlow and compiled addons, safe to delete at any time. */
export function cacheFolder(env = process.env) {
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'kindred');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'kindred');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kindred');
}

/** The Node 24 that runs Kindred; there once the packages are installed. */
export function projectNode() {
  return process.platform === 'win32' ? join(modules, 'node', 'bin', 'node.exe') : join(modules, 'node', 'bin', 'node');
}

/** Where tfjs-node looks for its addon (Node-API 8 serves every Node since 12.22). */
export function addonInPlace() {
  return join(modules, '@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node');
}

/** Where the addon looks for TensorFlow's libraries: `deps/lib` of the package, as tfjs-node's own installer has it. */
export function tensorflowInPlace() {
  return join(modules, '@tensorflow', 'tfjs-node', 'deps', 'lib');
}

/** The environment for everything of ours: Node 24 first in PATH, TensorFlow's start-up chatter off. */
export function projectEnvironment(env = process.env) {
  return {
    ...env,
    PATH: [join(modules, '.bin'), env.PATH ?? ''].join(delimiter),
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? '2',
  };
}

/** The environment for installing: without any checkout's `node_modules/.bin`, which `npm ci` is about to delete. */
export function systemEnvironment(env = process.env) {
  const path = (env.PATH ?? '').split(delimiter).filter((entry) => !/node_modules[\\/]\.bin[\\/]?$/.test(entry));
  return { ...env, PATH: path.join(delimiter) };
}
