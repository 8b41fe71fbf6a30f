/** `npm run bench -- NAME ARGS`: one file of `test/bench`; without a name, the list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { projectEnvironment, projectNode, root } from './setup/places.mjs';
import { say } from './setup/progress.mjs';

export function runBench([name, ...args]) {
  const folder = join(root, 'test', 'bench');
  const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts')) : [];
  const file = `${name}.ts`;
  if (names.includes(file)) {
    return runToEnd(projectNode(), [join(folder, file), ...args], { env: projectEnvironment(), stdio: 'inherit' });
  }
  say(
    `Usage: npm run bench -- NAME [ARGS]   with NAME one of: ${names.map((n) => n.slice(0, -3)).join(', ') || '(none yet)'}`,
  );
  return 2;
}
