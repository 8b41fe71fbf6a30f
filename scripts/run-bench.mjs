/**
 * `npm run bench [-- NAME ARGS]`: a file of `test/bench` by its name; any other name, or none, is a row of `speed.ts`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { findBrowser } from './setup/browser.mjs';
import { projectEnvironment, projectNode, root } from './setup/places.mjs';
import { ensureWindow } from './setup/window.mjs';

/** Files that look at the studio in a Chromium. */
const STUDIO = ['preview', 'scale', 'soak'];

export async function runBench([name = '', ...args]) {
  const file = join(root, 'test', 'bench', `${name}.ts`);
  const words =
    /^[a-z-]+$/.test(name) && existsSync(file)
      ? [file, ...args]
      : [join(root, 'test', 'bench', 'speed.ts'), ...(name === '' ? [] : [name]), ...args];
  const env = projectEnvironment();
  if (STUDIO.includes(name)) {
    env.KINDRED_CHROMIUM = await findBrowser();
    if (env.KINDRED_CHROMIUM === null) return 1;
    await ensureWindow();
  }
  return runToEnd(projectNode(), words, { env, stdio: 'inherit' });
}
