import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KindredError, messageOf } from '#base/errors.ts';
import type { EngineLine } from '#contract/studio/desktop.ts';
import { startEngine, type Engine } from '#hosts/engine/engine.ts';
import { joinEngine } from '#hosts/engine/join-engine.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { openBrowser } from '../open-browser.ts';

interface StudioOptions {
  readonly open: boolean;
  /** Else where it was last. */
  readonly port?: string;
  readonly endWithInput?: boolean;
}

const PAGE = fileURLToPath(new URL('../../../../out/renderer', import.meta.url));

export const register: RegisterCommand = (program, cli) => {
  program
    .command('studio')
    .description('Open the studio on the library: in a window of its own where Electron is there, else in the browser')
    .option('--no-open', 'print the address and leave the browser alone')
    .option('--port <port>', 'listen here (else where it did last, or on any free port; 0: any)')
    .option('--end-with-input', 'end when the standard input ends')
    .action((options: StudioOptions) => openStudio(cli(), options));
};

async function openStudio({ output, signal, wiring }: Cli, options: StudioOptions): Promise<void> {
  if (!existsSync(PAGE)) {
    throw new KindredError('setup.incomplete', 'The window is not built. Start with "npm start", which builds it.');
  }
  const started = await startOrJoin(output, wiring, options.port);
  const address = typeof started === 'string' ? started : started.address();
  const stop = new AbortController();
  output.event({ event: 'studio.ready', address });
  output.line(address);
  if (options.open) openBrowser(wiring.layout.folder, address, (text) => output.warning(text));
  if (typeof started === 'string') {
    output.line('The library is open in the studio already; this is another address to it.');
    if (options.endWithInput === true) await ended(signal, true);
    return;
  }
  if (output.json) void tellLines(started.lines(stop.signal), output);
  try {
    await ended(signal, options.endWithInput === true);
  } finally {
    stop.abort();
    await started.close();
  }
}

/** An engine of this process, or the address of the one that holds the library. */
async function startOrJoin(
  output: Cli['output'],
  wiring: Cli['wiring'],
  port: string | undefined,
): Promise<Engine | string> {
  const onFault = (error: unknown): void => output.warning(`A request failed: ${messageOf(error)}`);
  const start = (wanted: number): Promise<Engine> => startEngine({ wiring, pageFolder: PAGE, port: wanted, onFault });
  try {
    return await (port === undefined ? startWhereLast(wiring.layout.folder, start) : startOn(portOf(port), start));
  } catch (error) {
    const address = await joinEngine(wiring.layout.folder, error);
    if (address === null) throw error;
    return address;
  }
}

/** On the port of the last start, so that pages which are still open find the engine again; else on any free one. */
async function startWhereLast(library: string, start: (port: number) => Promise<Engine>): Promise<Engine> {
  const file = join(library, 'access', 'port');
  const engine = await start(lastPort(file)).catch((error: unknown) => {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE') return start(0);
    throw error;
  });
  writeFileSync(file, String(engine.port), { mode: 0o600 });
  return engine;
}

function lastPort(file: string): number {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port >= 1024 && port <= 65_535 ? port : 0;
  } catch {
    return 0;
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
