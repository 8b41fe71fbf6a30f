import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../src-main/hosts/cli/main.ts', import.meta.url));

export interface CommandResult {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of `--json`, parsed. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** Starts the real command line in a process (and process group) of its own, on a library of its own. */
export function startCommand(
  libraryFolder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): RunningCommand {
  const environment = { ...process.env, KINDRED_LIBRARY: libraryFolder, ...variables };
  const child = spawn(process.execPath, [entry, ...words], { env: environment, stdio: 'pipe', detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr, events: eventsIn(stdout) }));
  });
  return { child, ended };
}

/** Runs a command to its end. @throws when it leaves anything running. */
export async function runCommand(libraryFolder: string, ...words: string[]): Promise<CommandResult> {
  const command = startCommand(libraryFolder, words);
  const result = await command.ended;
  await whenNothingIsLeft(command);
  return result;
}

const GONE_WITHIN_MS = 5000;

/** Resolves once all that a command started is gone. @throws when some of it lives on. */
export async function whenNothingIsLeft(command: RunningCommand): Promise<void> {
  const endMs = performance.now() + GONE_WITHIN_MS;
  while (isGroupAlive(command)) {
    if (performance.now() > endMs) throw new Error(`"${command.child.spawnargs.join(' ')}" left something running.`);
    await wait(20);
  }
}

function eventsIn(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Resolves when a command has written a text to its stdout. */
export function whenSaid({ child }: RunningCommand, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout!.on('data', (part: string) => {
      said += part;
      if (said.includes(text)) resolve();
    });
    child.once('close', () => resolve());
  });
}

/** Ends a command and all it started at once, as the kernel does. */
export function killGroup({ child }: RunningCommand): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It had ended already.
  }
}

/** True while the command or anything it started lives. */
export function isGroupAlive({ child }: RunningCommand): boolean {
  try {
    process.kill(-child.pid!, 0);
    return true;
  } catch {
    return false;
  }
}
