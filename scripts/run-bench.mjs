/**
 * `npm run bench [-- NAME ARGS]`: a file of `test/bench` by its name; any other name, or none, is a row of `speed.ts`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { projectEnvironment, projectNode, root } from './setup/places.mjs';

export function runBench([name = '', ...args]) {
  const file = join(root, 'test', 'bench', `${name}.ts`);
  const words =
    /^[a-z-]+$/.test(name) && existsSync(file)
      ? [file, ...args]
      : [join(root, 'test', 'bench', 'speed.ts'), ...(name === '' ? [] : [name]), ...args];
  return runToEnd(projectNode(), words, { env: projectEnvironment(), stdio: 'inherit' });
}
