import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KindredError, messageOf } from '#base/errors.ts';
import type { EngineLine } from '#contract/studio/desktop.ts';
import { startEngine, type Engine } from '#hosts/engine/engine.ts';
import type { Cli, RegisterCommand } from '../command.ts';

interface StudioOptions {
  readonly open: boolean;
  readonly port: string;
  readonly endWithInput?: boolean;
}

const PAGE = fileURLToPath(new URL('../../../../out/renderer', import.meta.url));

export const register: RegisterCommand = (program, cli) => {
  program
    .command('studio')
    .description('Open the studio: a window in the browser on the library')
    .option('--no-open', 'print the address and leave the browser alone')
    .option('--port <port>', 'listen here (else on any free port)', '0')
    .option('--end-with-input', 'end when the standard input ends')
    .action((options: StudioOptions) => openStudio(cli(), options));
};

async function openStudio({ output, signal, wiring }: Cli, options: StudioOptions): Promise<void> {
  if (!existsSync(PAGE)) {
    throw new KindredError('setup.incomplete', 'The window is not built. Start with "npm start", which builds it.');
  }
  const onFault = (error: unknown): void => output.warning(`A request failed: ${messageOf(error)}`);
  const engine = await startOn(portOf(options.port), (port) =>
    startEngine({ wiring, pageFolder: PAGE, port, onFault }),
  );
  const address = engine.address();
  const stop = new AbortController();
  output.event({ event: 'studio.ready', address });
  if (output.json) void tellLines(engine.lines(stop.signal), output);
  output.line(address);
  if (options.open) openBrowser(address, (text) => output.warning(text));
  try {
    await ended(signal, options.endWithInput === true);
  } finally {
    stop.abort();
    await engine.close();
  }
}

/** For the program that started this one: the desktop shell, or a script. */
async function tellLines(lines: AsyncIterable<EngineLine>, output: Cli['output']): Promise<void> {
  for await (const line of lines) output.event({ ...line });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new KindredError('usage.invalid', `--port takes a number from 0 to 65535, not "${text}".`, { text });
}

async function startOn(port: number, start: (port: number) => Promise<Engine>): Promise<Engine> {
  try {
    return await start(port);
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EADDRINUSE') throw error;
    const text = `Port ${port} is in use by another program. Leave --port away for a free one, or name another.`;
    throw new KindredError('usage.invalid', text, { port }, error);
  }
}

/** Resolves at the first interruption, or at the end of the input when that is asked for. */
function ended(signal: AbortSignal, withInput: boolean): Promise<void> {
  return new Promise((resolve) => {
    // A signal listener keeps no process alive by itself; the server does.
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    if (withInput) process.stdin.on('end', resolve).on('error', resolve).resume();
  });
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** The address holds a code that is worth one exchange; the browser redeems it at once. */
function openBrowser(address: string, warn: (text: string) => void): void {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program!, [...words, address], { stdio: 'ignore', detached: true });
  child.on('error', () => warn('No browser could be opened; open the address above yourself.'));
  child.unref();
}
