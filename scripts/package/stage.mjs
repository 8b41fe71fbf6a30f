/**
 * The engine as the packaged app carries it, beside the asar (plain Node can't read into one):
 *
 *   engine/package.json           `imports` and `type`, without scripts and development packages
 *   engine/src-main, resources    as they are; Electron's own part is in the asar
 *   engine/out/renderer           the built window
 *   engine/node_modules           what `npm ci --omit=dev` would install, Node 24 with it, and TensorFlow beside its addon
 *
 * Everything comes from this checkout, which set-up has proved, so packaging needs no network. Packages are linked, not
 * copied, where the disk can do that.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { root, tensorflowInPlace } from '../setup/places.mjs';

/** Never read at run time: sources of native code, other platforms' binaries, maps, types, and a second copy of Node. */
const LEFT_OUT = [
  /^node_modules\/node\/node_modules\//,
  /^node_modules\/better-sqlite3\/(?:deps|src|node_modules)\//,
  /^node_modules\/usearch\/(?:c|cmake|cpp|include|numkong|node_modules)\//,
  /^node_modules\/@tensorflow\/tfjs-node\/(?:binding|scripts|src)\//,
  /\.(?:map|min\.js|d\.[cm]?ts|tsbuildinfo)$/,
  /^src-main\/hosts\/electron\//,
  /^src-main\/.*\.cc$/,
  /^resources\/(?:icons|screenshots)\//,
];
const PREBUILT = /^node_modules\/[^/]+\/prebuilds\/([a-z0-9]+)-([a-z0-9+]+)(?:\.node$|\/)/;

/** @param path below the engine's folder, separated by `/`. */
function isWanted(path) {
  const [, platform, architectures] = PREBUILT.exec(path) ?? [];
  const isForeign = platform !== undefined && platform !== process.platform;
  if (isForeign || (architectures !== undefined && !architectures.split('+').includes(process.arch))) return false;
  return !LEFT_OUT.some((pattern) => pattern.test(path));
}

/** Folders of packages that production needs, from the lock; optional ones for other platforms are not installed. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, { dev }]) => (path === '' || dev === true ? [] : [path]));
}

function filesBelow(folder, { isNested = () => false } = {}) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isNested(path) ? [] : filesBelow(path, { isNested });
    return entry.isFile() ? [path] : [];
  });
}

/** Packages and TensorFlow are replaced, never edited, so they can be linked; our own files are copied. */
function placeFile(source, target, { mayLink }) {
  mkdirSync(dirname(target), { recursive: true });
  try {
    if (mayLink) return linkSync(source, target);
  } catch {
    // Another disk, or one without links.
  }
  copyFileSync(source, target);
}

/** What the engine reads of package.json, and what says which packages belong to it. */
function writeManifest(folder) {
  const { name, version, description, license, type, imports, dependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const manifest = { name, version, description, license, private: true, type, imports, dependencies };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Makes the folder anew. */
export function stageEngine(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeManifest(folder);
  const place = (path) => {
    const name = relative(root, path).split(sep).join('/');
    if (isWanted(name)) placeFile(path, join(folder, name), { mayLink: name.startsWith('node_modules/') });
  };
  for (const part of ['src-main', 'resources', join('out', 'renderer')]) filesBelow(join(root, part)).forEach(place);
  place(join(root, 'LICENSE'));
  for (const path of productionPackages()) {
    const source = join(root, path);
    // A package within a package has an entry of its own, where production needs it.
    const isNested = (inner) => inner === join(source, 'node_modules');
    try {
      filesBelow(source, { isNested }).forEach(place);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  placeTensorflow(folder);
  writeDeviceNote(folder);
}

/** `doctor` reads it: why it computes on what it does. */
function writeDeviceNote(folder) {
  const note = join('node_modules', '.kindred-setup.json');
  const { device } = JSON.parse(readFileSync(join(root, note), 'utf8'));
  const why = `the app comes with TensorFlow for ${device === 'gpu' ? 'NVIDIA GPUs' : 'the CPU'}`;
  writeFileSync(join(folder, note), JSON.stringify({ why }));
}

function placeTensorflow(folder) {
  const libraries = realpathSync(tensorflowInPlace());
  const target = join(folder, relative(root, tensorflowInPlace()));
  // An installed Python package may be what the link leads to; on Windows the folder is tfjs-node's own.
  const isNeeded = (path) => process.platform === 'win32' || basename(path).startsWith('libtensorflow');
  for (const path of filesBelow(libraries).filter(isNeeded))
    placeFile(path, join(target, relative(libraries, path)), { mayLink: true });
  const notices = join(dirname(libraries), 'THIRD_PARTY_NOTICES.txt');
  if (existsSync(notices)) placeFile(notices, join(dirname(target), 'THIRD_PARTY_NOTICES.txt'), { mayLink: true });
}
