/** The npm packages, by `npm ci`, with install scripts run for the packages named in `allowScripts` and no others. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
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

/** How many package folders are there now, counted at the top level and one scope down. */
function installedCount() {
  try {
    const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
    return names.reduce((sum, name) => sum + (name.startsWith('@') ? readdirSync(join(modules, name)).length : 1), 0);
  } catch {
    return 0;
  }
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
  const wanted = Object.keys(readPackages(join(root, 'package-lock.json')) ?? {});
  const topLevel = wanted.filter((path) => path.split('node_modules/').length === 2).length;
  const heartbeat = () => `${Math.min(installedCount(), topLevel)} of ${topLevel} packages`;

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
