import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds Electron's main process and preload script as `npm run build` does. @returns their paths. */
export async function buildShell(folder: string): Promise<{ readonly main: string; readonly preload: string }> {
  const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const words = [electronVite, 'build', '--logLevel', 'error', '--ignoreConfigWarning', '--outDir', folder];
  await promisify(execFile)(process.execPath, words, { cwd: root });
  return { main: join(folder, 'main', 'main.js'), preload: join(folder, 'preload', 'preload.cjs') };
}
