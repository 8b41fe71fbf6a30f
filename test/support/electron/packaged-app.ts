import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeStandIn } from './stand-in.ts';

const command = fileURLToPath(new URL('../../../scripts/kindred.mjs', import.meta.url));

export interface PackagedApp {
  /** The unpacked app. */
  readonly folder: string;
  /** Electron's binary in it; here the stand-in's. */
  readonly binary: string;
  readonly resources: string;
  /** The engine beside the asar. */
  readonly engine: string;
  /** The Node and the script that the shell starts it with. */
  readonly commandLine: readonly [string, string];
}

/** Runs a program to its end. @throws with all it said when it fails. */
export async function runToEnd(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, words, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, told] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}:\n${said}\n${told}`);
  return said;
}

/** Packages the app as `npm run package -- --dir` does, with the stand-in for Electron's download. */
export async function packageApp(folder: string): Promise<PackagedApp> {
  const electron = join(folder, 'electron');
  makeStandIn(electron);
  const output = join(folder, 'dist');
  const words = ['package', '--dir', `-c.electronDist=${electron}`, `-c.directories.output=${output}`];
  await runToEnd(process.execPath, [command, ...words], process.env);
  const app = join(output, 'linux-unpacked');
  const resources = join(app, 'resources');
  const engine = join(resources, 'engine');
  const node = join(engine, 'node_modules', 'node', 'bin', 'node');
  const commandLine = [node, join(engine, 'src-main', 'hosts', 'cli', 'main.ts')] as const;
  return { folder: app, binary: join(app, 'kindred'), resources, engine, commandLine };
}
