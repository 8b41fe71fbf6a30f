/** How the studio is started: beside one that runs, with a browser that is opened, and again on its last port. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from './support/studio-test.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'scripts', 'kindred.mjs');
const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)\/\?code=(\S+)/;

interface Started {
  readonly child: ChildProcess;
  readonly address: string;
  readonly port: number;
  readonly code: string;
}

const started: ChildProcess[] = [];

async function start(library: string, words: readonly string[], path = process.env.PATH): Promise<Started> {
  const env = { ...process.env, PATH: path, DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = spawn(process.execPath, [command, 'start', '--library', library, ...words], { env, stdio: 'pipe' });
  started.push(child);
  let said = '';
  const [address, port, code] = await new Promise<RegExpExecArray>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString();
      const found = ADDRESS.exec(said);
      if (found) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (status) => reject(new Error(`It ended with ${status}: ${said}`)));
  });
  return { child, address, port: Number(port), code: code! };
}

/** @returns its exit status; null when a signal ended it. */
function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

async function end({ child }: Started): Promise<number | null> {
  child.kill('SIGTERM');
  return ended(child);
}

test.afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGTERM');
    await ended(child);
  }
});

test('a second start joins the engine that runs, with an address for another browser', async ({
  page,
  browser,
  engine,
  library,
}) => {
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  const second = await start(library, ['--no-open']);
  expect(second.port).toBe(engine.port);
  expect(await ended(second.child)).toBe(0);
  const other = await browser.newContext();
  const opened = await other.newPage();
  await opened.goto(second.address);
  await expect(opened.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await other.close();
});

test('the address is there within two seconds of npm start', async ({ folder }) => {
  test.skip(process.platform === 'win32', 'a group of processes is ended as POSIX does it');
  const library = join(folder, 'soon');
  await end(await start(library, ['--no-open'])); // Whatever is made once is made.
  const readyWithinMs = async (): Promise<number> => {
    const begun = performance.now();
    const words = ['start', '--silent', '--', '--no-open', '--library', library];
    const child = spawn('npm', words, { cwd: root, stdio: 'pipe', detached: true });
    started.push(child);
    const gone = new Promise((resolve) => child.once('close', resolve));
    const address = await new Promise<boolean>((resolve) => {
      child.stdout.on('data', (text: Buffer) => ADDRESS.test(text.toString()) && resolve(true));
      child.once('exit', () => resolve(false));
    });
    const readyMs = performance.now() - begun;
    expect(address, 'it printed its address').toBe(true);
    // To npm alone it would leave an engine for some moments, which the next start would join.
    process.kill(-child.pid!, 'SIGTERM');
    await gone;
    return readyMs;
  };
  /** How much slower than at rest this machine is now, by a Node that does nothing; at rest it takes 30 to 40 ms. */
  const slowness = (): number => {
    const begun = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return Math.max(1, (performance.now() - begun) / 50);
  };
  const tries: string[] = [];
  for (let i = 0; i < 3; i++) {
    const before = slowness();
    const readyMs = await readyWithinMs();
    const slower = Math.max(before, slowness());
    tries.push(`${readyMs.toFixed(0)} ms, ${slower.toFixed(1)} times as slow as at rest`);
    if (readyMs <= 2000 * slower) return;
  }
  expect(tries, 'every start took longer').toEqual([]);
});

test('the browser is told of the address by a file of this user alone, not by words that others can read', async ({
  browser,
  folder,
}) => {
  test.skip(process.platform !== 'linux', 'the opener is a double of xdg-open');
  const tools = join(folder, 'tools');
  const told = join(folder, 'told');
  mkdirSync(tools);
  writeFileSync(
    join(tools, 'xdg-open'),
    `#!/bin/sh\nprintf '%s' "$*" > '${told}.part' && mv '${told}.part' '${told}'\n`,
  );
  chmodSync(join(tools, 'xdg-open'), 0o755);
  const studio = await start(join(folder, 'opened'), [], `${tools}${delimiter}${process.env.PATH}`);
  await expect.poll(() => existsSync(told)).toBe(true);
  const file = readFileSync(told, 'utf8');
  expect(file).not.toContain(studio.code);
  expect(file).not.toContain('http');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  expect(page.url()).not.toContain(studio.code);
  expect(existsSync(file), 'the code is redeemed').toBe(false);
  await context.close();
  expect(await end(studio)).toBe(0);
});

test('a page that is open finds the engine again after the next start, and a taken port is no obstacle', async ({
  browser,
  folder,
}) => {
  const library = join(folder, 'again');
  const first = await start(library, ['--no-open']);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(first.address);
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  expect(await end(first)).toBe(0);
  await expect(page.getByText('The engine is not answering')).toBeVisible();
  const second = await start(library, ['--no-open']);
  expect(second.port).toBe(first.port);
  await expect(page.getByText('The engine is not answering')).toBeHidden();
  await context.close();
  expect(await end(second)).toBe(0);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(first.port, '127.0.0.1', resolve));
  const third = await start(library, ['--no-open']);
  expect(third.port).not.toBe(first.port);
  other.close();
});
