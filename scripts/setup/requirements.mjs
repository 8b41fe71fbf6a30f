/** What must be on the machine already. A missing tool is named with the command that installs it, all at once. */
import { existsSync, readFileSync, statfsSync, mkdirSync } from 'node:fs';
import { works } from './command.mjs';
import { compiler } from './addon.mjs';
import { cacheFolder } from './places.mjs';
import { SetupError } from './progress.mjs';

const OLDEST_NODE = 20;

const installCommands = {
  debian: (names) => `sudo apt-get install ${names.map((n) => ({ compiler: 'g++', pip: 'python3-pip' })[n]).join(' ')}`,
  fedora: (names) => `sudo dnf install ${names.map((n) => ({ compiler: 'gcc-c++', pip: 'python3-pip' })[n]).join(' ')}`,
  arch: (names) => `sudo pacman -S ${names.map((n) => ({ compiler: 'gcc', pip: 'python-pip' })[n]).join(' ')}`,
  suse: (names) =>
    `sudo zypper install ${names.map((n) => ({ compiler: 'gcc-c++', pip: 'python3-pip' })[n]).join(' ')}`,
  darwin: () => 'xcode-select --install',
};

/** The family of this system, by os-release. */
function family() {
  if (process.platform === 'darwin') return 'darwin';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').toLowerCase() : '';
  const ids = (/^id_like=(.*)$/m.exec(release)?.[1] ?? '') + (/^id=(.*)$/m.exec(release)?.[1] ?? '');
  return ['fedora', 'arch', 'suse'].find((name) => ids.includes(name)) ?? (/rhel/.test(ids) ? 'fedora' : 'debian');
}

export function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new SetupError(
      `Node ${process.versions.node} is too old to set Kindred up: ${OLDEST_NODE} or newer is needed.`,
    );
  }
}

/** A Python that has pip, or null. */
export function pythonWithPip() {
  return ['python3', 'python', 'py'].find((name) => works(name, ['-m', 'pip', '--version'])) ?? null;
}

/** Wheels marked manylinux need glibc; on musl (Alpine) nothing of this can run. */
export function checkLibc() {
  if (process.platform !== 'linux') return;
  process.report.excludeNetwork = true;
  const version = process.report.getReport().header.glibcVersionRuntime;
  if (version === undefined) {
    throw new SetupError(
      'TensorFlow is built for glibc and this system has another C library (Alpine?). Use Debian, Ubuntu or Fedora.',
    );
  }
}

/**
 * @param needs `{ pip, compiler, diskMb }`: what the steps ahead will use.
 * @returns `{ python, compiler }`, each null when it is not needed.
 * @throws SetupError that names all that is missing.
 */
export function checkRequirements(needs) {
  const python = needs.pip ? pythonWithPip() : null;
  const program = needs.compiler ? compiler() : null;
  const missing = [];
  if (needs.pip && python === null) missing.push('pip');
  if (needs.compiler && program === null) missing.push('compiler');
  if (missing.length > 0) {
    const words = { pip: "Python's pip (fetches TensorFlow)", compiler: "a C++ compiler (links tfjs-node's addon)" };
    throw new SetupError(
      `Missing: ${missing.map((name) => words[name]).join(' and ')}.\nInstall with:  ${installCommands[family()](missing)}\nthen start again.`,
    );
  }
  checkDisk(needs.diskMb);
  return { python, compiler: program };
}

function checkDisk(neededMb) {
  if (neededMb === 0) return;
  mkdirSync(cacheFolder(), { recursive: true });
  const { bavail, bsize } = statfsSync(cacheFolder());
  const freeMb = Math.floor((bavail * bsize) / 1e6);
  if (freeMb < neededMb) {
    throw new SetupError(
      `${cacheFolder()} has ${freeMb} MB free; set-up needs ${neededMb} MB there. Free some, or set XDG_CACHE_HOME to a larger disk.`,
    );
  }
}
