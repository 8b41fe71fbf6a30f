/** The npm packages, by `npm ci`, with install scripts run for the packages named in `allowScripts` and no others. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runCommand, works } from './command.mjs';
import { modules, projectNode, root, systemEnvironment } from './places.mjs';
import { SetupError, withHeartbeat } from './progress.mjs';

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** True when what npm says it installed is what the lock asks for (optional packages aside) and Node 24 is there. */
export function packagesAreCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  // npm writes this file last, so an interrupted installation has none.
  const installed = readPackages(join(modules, '.package-lock.json'));
  if (wanted === null || installed === null || !existsSync(projectNode())) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/** What `npm ci` of this lock leaves in node_modules, measured on Linux. */
const UNPACKED_MB = 850;

/** Free megabytes of the disk that holds the checkout. */
function freeMb() {
  const { bavail, bsize } = statfsSync(root);
  return (bavail * bsize) / 1e6;
}

/** npm as it was started with, else the one in PATH; as `[program, ...arguments]`. */
function npmCommand(env) {
  const script = process.env.npm_execpath;
  const node = outputOf('node', ['-p', 'process.execPath'], env) ?? process.execPath;
  if (script?.endsWith('.js') && existsSync(script)) return [node, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Installs what `package-lock.json` names. Afterwards `projectNode()` runs. */
export async function installPackages(report) {
  const env = systemEnvironment();
  const [program, ...prefix] = npmCommand(env);
  const npm = (args) => runCommand(program, [...prefix, ...args], { env, cwd: root });
  const before = freeMb();
  const began = performance.now();
  // npm says nothing on its way; how much the disk has filled since does.
  const heartbeat = () => {
    const written = Math.round(Math.min(Math.max(before - freeMb(), 0), UNPACKED_MB));
    return `about ${written} of ${UNPACKED_MB} MB written after ${Math.round((performance.now() - began) / 1000)} s`;
  };

  // npm before 11.16 knows no list of allowed scripts and would run them all.
  const knowsList = (outputOf(program, [...prefix, 'ci', '--help'], env) ?? '').includes('allow-scripts');
  const policy = knowsList ? '--strict-allow-scripts' : '--ignore-scripts';
  await withHeartbeat(npm(['ci', policy, '--loglevel=error']), report, heartbeat);
  if (!works(projectNode(), ['--version'])) await npm(['rebuild', 'node', '--foreground-scripts']);
  if (!works(projectNode(), ['--version'])) {
    throw new SetupError(
      `The npm package "node" did not bring Node 24 to ${projectNode()}. Run "npm rebuild node --foreground-scripts" and look at what it says.`,
    );
  }
}
