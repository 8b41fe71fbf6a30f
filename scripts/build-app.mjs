/** `npm run build`: the window by Vite, Electron's main process and preload script by electron-vite; all into `out/`. */
import { join } from 'node:path';
import { runCommand } from './setup/command.mjs';
import { modules, projectEnvironment, projectNode, root } from './setup/places.mjs';
import { say } from './setup/progress.mjs';
import { ensureWindow } from './setup/window.mjs';

export async function buildApp() {
  await ensureWindow();
  const electronVite = join(modules, 'electron-vite', 'bin', 'electron-vite.js');
  const words = ['build', '--logLevel', 'warn', '--ignoreConfigWarning'];
  await runCommand(projectNode(), [electronVite, ...words], { env: projectEnvironment(), cwd: root });
  say('Built: out/main, out/preload, out/renderer');
  return 0;
}
