import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Hono } from 'hono';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { KindredError } from '#base/errors.ts';
import { openBrowser } from '#hosts/cli/open-browser.ts';
import { type Access, loadAccess } from '#hosts/engine/access.ts';
import { joinEngine } from '#hosts/engine/join-engine.ts';
import { forgetLaunchFiles, writeLaunchFile } from '#hosts/engine/launch-files.ts';
import { startEngineServer } from '#hosts/engine/server.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

let library: string;
let access: Access;

beforeEach(() => {
  library = temporaryFolder();
  access = loadAccess(library);
});

const addressWith = (code: string): string => `http://127.0.0.1:4321/?code=${code}`;

describe('a file that leads to the studio', () => {
  it('is for this user alone, leads there with a link too, and is not named by the code', () => {
    const code = access.mintLaunchCode();
    const file = writeLaunchFile(library, addressWith(code));
    expect(statSync(file).mode & 0o777).toBe(process.platform === 'win32' ? expect.any(Number) : 0o600);
    expect(file).not.toContain(code);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain(`content="0;url=${addressWith(code)}"`);
    expect(page).toContain(`<a href="${addressWith(code)}">`);
  });

  it('goes when its code is redeemed, and no other with it', () => {
    const [first, second] = [access.mintLaunchCode(), access.mintLaunchCode()];
    const [one, other] = [first, second].map((code) => writeLaunchFile(library, addressWith(code)));
    expect(access.redeem('another', null)).toBe(false);
    expect([one, other].map((file) => existsSync(file!))).toEqual([true, true]);
    expect(access.redeem(first, null)).toBe(true);
    expect([one, other].map((file) => existsSync(file!))).toEqual([false, true]);
  });

  it('goes with the engine, and nothing else of the access with it', () => {
    writeLaunchFile(library, addressWith(access.mintLaunchCode()));
    forgetLaunchFiles(library);
    expect(readdirSync(join(library, 'access'))).toEqual(['engine.json']);
  });
});

it.skipIf(process.platform !== 'linux')('no argument of what opens the browser has the code', async () => {
  const tools = temporaryFolder();
  const told = join(tools, 'told');
  mkdirSync(tools, { recursive: true });
  writeFileSync(
    join(tools, 'xdg-open'),
    `#!/bin/sh\ncat /proc/$$/cmdline > '${told}.part'; mv '${told}.part' '${told}'\n`,
  );
  chmodSync(join(tools, 'xdg-open'), 0o755);
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const code = access.mintLaunchCode();
  openBrowser(library, addressWith(code), (text) => expect.fail(text));
  await vi.waitFor(() => expect(existsSync(told)).toBe(true), 10_000);
  const words = readFileSync(told, 'utf8').split('\0');
  expect(words.join(' ')).not.toContain(code);
  expect(readFileSync(words.at(-2)!, 'utf8')).toContain(code);
});

describe('a second start', () => {
  const lockedBy = (port: number | undefined) =>
    new KindredError('library.locked', 'The library is in use.', { holder: { pid: 1, port } });

  async function startServer(): Promise<number> {
    const nothing = new Hono();
    const options = { access, pageFolder: null, rpc: async () => null, pictures: nothing, uploads: nothing, port: 0 };
    const server = await startEngineServer(options);
    onTestFinished(() => server.close());
    return server.port;
  }

  it('gets a fresh code from the engine that holds the library, by the key of this user', async () => {
    const port = await startServer();
    const address = new URL((await joinEngine(library, lockedBy(port)))!);
    expect(address.origin).toBe(`http://127.0.0.1:${port}`);
    expect(access.redeem(address.searchParams.get('code')!, null)).toBe(true);
  });

  it('gets none by another key, from no engine, or for another fault', async () => {
    const port = await startServer();
    const other = temporaryFolder();
    expect(await joinEngine(other, lockedBy(port))).toBeNull();
    loadAccess(other);
    expect(await joinEngine(other, lockedBy(port))).toBeNull();
    expect(await joinEngine(library, lockedBy(undefined))).toBeNull();
    expect(await joinEngine(library, lockedBy(1))).toBeNull();
    expect(await joinEngine(library, new Error('another'))).toBeNull();
    const answer = await fetch(`http://127.0.0.1:${port}/launch`, { method: 'POST' });
    expect(answer.status).toBe(401);
  });
});
