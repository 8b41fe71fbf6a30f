/**
 * A Chromium that Playwright drives without weighing on it. By itself it has Chromium keep what it knows of each request,
 * bodies too, for its DevTools, in the tab's own process: 3 MB a minute of the session, also with buffers for bodies of
 * size 0. Here `Network.enable` is answered and never sent; steps that wait for what shows need nothing of it.
 */
import { type Browser, chromium, type ConnectOverCDPTransport } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromiumPath } from '../../studio/support/chromium.ts';

const START_MS = 30_000;

export class LightBrowser {
  readonly browser: Browser;
  readonly #process: ChildProcess;

  private constructor(browser: Browser, process: ChildProcess) {
    this.browser = browser;
    this.#process = process;
  }

  /** @param profile a folder that does not exist yet. */
  static async launch(profile: string): Promise<LightBrowser> {
    const own = [`--user-data-dir=${profile}`, '--remote-debugging-port=0', '--no-first-run', 'about:blank'];
    const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--window-size=1440,900', ...own];
    const process = spawn(chromiumPath()!, words, { stdio: 'ignore' });
    const [port, path] = (await portOf(join(profile, 'DevToolsActivePort'))).split('\n');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('Chromium does not answer on its port for DevTools.')));
    });
    return new LightBrowser(await chromium.connectOverCDP(lightTransport(socket)), process);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await gone;
  }
}

async function portOf(file: string): Promise<string> {
  for (const until = performance.now() + START_MS; performance.now() < until; await wait(50))
    if (existsSync(file) && readFileSync(file, 'utf8').includes('\n')) return readFileSync(file, 'utf8');
  throw new Error('Chromium did not open its port for DevTools.');
}

/** A command over the protocol, as far as it is looked at here. */
interface Command {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
}

function lightTransport(socket: WebSocket): ConnectOverCDPTransport {
  const transport: ConnectOverCDPTransport = {
    send: (message) => {
      const { id, sessionId, method } = message as Command;
      if (method === 'Network.enable') queueMicrotask(() => transport.onmessage?.({ id, sessionId, result: {} }));
      else socket.send(JSON.stringify(message));
    },
    close: () => socket.close(),
  };
  socket.addEventListener('message', ({ data }) => transport.onmessage?.(JSON.parse(String(data)) as object));
  socket.addEventListener('close', () => transport.onclose?.());
  return transport;
}
