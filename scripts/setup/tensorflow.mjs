/**
 * TensorFlow's native library and the few headers the addon needs, out of the wheel on PyPI, in the user's cache:
 *
 *   <cache>/tensorflow-cpu-2.21.0/lib/libtensorflow_cc.so.2, libtensorflow_framework.so.2
 *   <cache>/tensorflow-cpu-2.21.0/include/tensorflow/c/…
 *
 * The folder appears by a rename when it is complete, so what is there is whole. A downloaded wheel is kept until it
 * is unpacked: an interrupted set-up does not fetch it again.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runCommand } from './command.mjs';
import { cacheFolder } from './places.mjs';
import { SetupError, megabytes, withHeartbeat } from './progress.mjs';
import { tensorflowVersion } from './wheels.mjs';

const MAC_NAMES = [['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']];
const LINUX_NAMES = [
  ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
];

/**
 * TensorFlow in a folder: our cache's layout, an unpacked libtensorflow release, or an installed Python package.
 * @returns `{ include, libraryFolder, libraries }` with absolute paths, or null when a part is missing.
 */
export function tensorflowIn(folder) {
  const include = join(folder, 'include');
  if (!existsSync(join(include, 'tensorflow', 'c', 'c_api.h'))) return null;
  for (const libraryFolder of [join(folder, 'lib'), folder]) {
    for (const names of process.platform === 'darwin' ? MAC_NAMES : LINUX_NAMES) {
      const libraries = names.map((name) => join(libraryFolder, name));
      if (libraries.every((path) => existsSync(path))) return { include, libraryFolder, libraries };
    }
  }
  return null;
}

/** Python's zip module takes out what is needed; prints one line for each large file. */
const UNPACK = `
import os, re, shutil, sys, zipfile
wheel, target = sys.argv[1:3]
headers = re.compile(r'tensorflow/include/(tensorflow/c/|tensorflow/core/platform/ctstring|tsl/platform/ctstring|xla/tsl/c/).*[.]h$')
libraries = re.compile(r'tensorflow/(libtensorflow_(cc|framework)[^/]*)$')
notices = re.compile(r'(?:.*/)?(THIRD_PARTY_NOTICES[.]txt|LICENSE)$')
with zipfile.ZipFile(wheel) as archive:
    for item in archive.infolist():
        name = item.filename
        if libraries.match(name): path = 'lib/' + libraries.match(name).group(1)
        elif headers.match(name): path = name[len('tensorflow/'):]
        elif notices.match(name) and '/include/' not in name: path = notices.match(name).group(1)
        else: continue
        path = os.path.join(target, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if item.file_size > 1e7: print(os.path.basename(path), item.file_size, flush=True)
        with archive.open(item) as source, open(path, 'wb') as out:
            shutil.copyfileobj(source, out, 1 << 20)
`;

async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Bytes of all files below a folder; pip's unfinished download among them. */
function sizeBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
      .reduce((sum, entry) => sum + (entry?.isFile() ? entry.size : 0), 0);
  } catch {
    return 0;
  }
}

/** @returns the path of the wheel with the expected hash, downloaded unless a whole one is left from before. */
async function fetchWheel(wheel, python, report) {
  const folder = join(cacheFolder(), 'downloads', wheel.name);
  const found = () => {
    const name = existsSync(folder) ? readdirSync(folder).find((entry) => entry.endsWith('.whl')) : undefined;
    return name === undefined ? null : join(folder, name);
  };
  if (found() !== null && (await sha256Of(found())) === wheel.sha256) return found();
  rmSync(folder, { recursive: true, force: true });
  const unfinished = join(folder, 'unfinished');
  mkdirSync(unfinished, { recursive: true });

  const choice = ['--python-version', '3.11', '--implementation', 'cp', '--platform', wheel.platform];
  const quiet = ['--no-cache-dir', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet'];
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...choice, ...quiet, '--dest', folder];
  const download = runCommand(python, [...args, `${wheel.package}==${tensorflowVersion}`], {
    env: { ...process.env, TMPDIR: unfinished, TEMP: unfinished, TMP: unfinished },
  });
  await withHeartbeat(download, report, () => `${megabytes(sizeBelow(folder))} of ${wheel.downloadMb} MB`);
  const path = found();
  if (path === null) throw new SetupError(`pip ended well but left no wheel in ${folder}.`);
  const sha256 = await sha256Of(path);
  if (sha256 === wheel.sha256) return path;
  rmSync(folder, { recursive: true, force: true });
  throw new SetupError(
    `The wheel of ${wheel.package} ${tensorflowVersion} has SHA-256 ${sha256}, but ${wheel.sha256} is pinned. It was deleted; try again, and ask your network's administrator if this repeats.`,
  );
}

/** Makes `<cache>/<wheel.name>`. The caller holds the cache's lock. */
export async function provideTensorflow(wheel, python, report) {
  const target = join(cacheFolder(), wheel.name);
  const unpacking = `${target}.unpacking`;
  const path = await fetchWheel(wheel, python, report);
  report(`download complete and its hash checked; unpacking about ${wheel.unpackedMb} MB`);
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  const unpacked = runCommand(python, ['-c', UNPACK, path, unpacking]);
  await withHeartbeat(unpacked, report, () => `${megabytes(sizeBelow(unpacking))} of ${wheel.unpackedMb} MB`);
  if (tensorflowIn(unpacking) === null) {
    throw new SetupError(`The wheel ${path} lacks TensorFlow's library or headers; delete it and try again.`);
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(unpacking, target);
  rmSync(join(cacheFolder(), 'downloads', wheel.name), { recursive: true, force: true });
}
