/** The engine as Electron's main sees it: a plain Node child that says, one JSON object a line, where it listens and how busy it is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type EngineLine =
  | { readonly event: 'studio.ready'; readonly address: string }
  /** `progress` in [0, 1] of all that runs, or null when its end is not known. */
  | { readonly event: 'studio.activity'; readonly running: number; readonly progress: number | null }
  | { readonly event: 'studio.runEnded'; readonly name: string; readonly summary: string };

/** The folder that holds `src-main` and `node_modules`: beside the app when packaged, the checkout otherwise. */
function engineFolder(resourcesPath: string, appPath: string): string {
  const packaged = join(resourcesPath, 'engine');
  return existsSync(join(packaged, 'src-main')) ? packaged : appPath;
}

function nodeBinary(folder: string): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(folder, 'node_modules', 'node', 'bin', name);
}

/** Starts the engine; it ends by itself when this process does, because its input closes. */
export function startEngine(
  resourcesPath: string,
  appPath: string,
  onLine: (line: EngineLine) => void,
  onEnd: (code: number | null) => void,
): ChildProcess {
  const folder = engineFolder(resourcesPath, appPath);
  const entry = join(folder, 'src-main', 'hosts', 'cli', 'main.ts');
  const child = spawn(nodeBinary(folder), [entry, 'studio', '--no-open', '--json', '--end-with-input'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined },
  });
  createInterface({ input: child.stdout! }).on('line', (text) => {
    try {
      onLine(JSON.parse(text) as EngineLine);
    } catch {
      process.stderr.write(`${text}\n`);
    }
  });
  child.once('exit', onEnd);
  return child;
}
