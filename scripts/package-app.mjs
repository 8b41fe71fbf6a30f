/**
 * `npm run package`: the app for the system it runs on (AppImage and deb, dmg, or an installer), in `dist/`. Arguments are
 * electron-builder's: `--dir` stops at the app's folder.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.mjs';
import { runToEnd } from './launch.mjs';
import { staged } from './package/config.mjs';
import { stageEngine } from './package/stage.mjs';
import { withLock } from './setup/lock.mjs';
import { modules, projectEnvironment, projectNode, root } from './setup/places.mjs';
import { say } from './setup/progress.mjs';

export async function packageApp(args) {
  await buildApp();
  const sayWaiting = (pid) => say(`Another process is packaging (${pid}); waiting for it.`);
  return withLock(join(root, '.setup', 'package.lock'), sayWaiting, async () => {
    say('Laying the engine out');
    stageEngine(staged);
    try {
      return await runBuilder(args);
    } finally {
      rmSync(staged, { recursive: true, force: true });
    }
  });
}

function runBuilder(args) {
  const builder = join(modules, 'electron-builder', 'cli.js');
  const config = join(root, 'scripts', 'package', 'config.mjs');
  // From the staged folder, which is ours alone, files may be linked on.
  const env = { ...projectEnvironment(), USE_HARD_LINKS: 'true' };
  return runToEnd(projectNode(), [builder, '--config', config, ...args], { env, cwd: root, stdio: 'inherit' });
}
