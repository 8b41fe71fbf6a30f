/** A Chromium for the tests of the studio: the machine's own, installed by apt-get where that is possible. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand, works } from './command.mjs';
import { root } from './places.mjs';
import { say, withHeartbeat } from './progress.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PATHS = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function browserInPlace(env) {
  const asked = env.KINDRED_CHROMIUM;
  if (asked !== undefined && asked !== '') return isExecutable(asked) ? asked : null;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...paths, ...MAC_PATHS].find(isExecutable) ?? null;
}

/** @returns the path of a Chromium, or null when there is none or no test needs one (said on stderr). */
export async function findBrowser(env = process.env) {
  const found = browserInPlace(env);
  if (found !== null || !existsSync(join(root, 'test', 'studio'))) return found;
  const mayInstall = process.getuid?.() === 0 && works('apt-get', ['--version']);
  if (mayInstall) {
    say('Installing Chromium for the tests of the studio (apt-get, about 400 MB on disk)');
    const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
    const install = (async () => {
      await runCommand('apt-get', ['update', '-qq'], quiet);
      await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
    })();
    try {
      await withHeartbeat(install, say, () => '  still installing');
    } catch (error) {
      say(error.message);
    }
    const installed = browserInPlace(env);
    if (installed !== null) return installed;
  }
  say(
    'No Chromium was found: the tests of the studio are skipped. Install one ("sudo apt-get install chromium") or set KINDRED_CHROMIUM.',
  );
  return null;
}
