import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAccess, type Access } from '#hosts/engine/access.ts';
import { startEngineServer, type EngineServer } from '#hosts/engine/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'kindred-door-'));
let access: Access;
let server: EngineServer;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** One request with headers exactly as given (fetch would not let Host or Origin be forged). */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Raw bytes in, the first line of the answer (or '' when the connection is dropped) out. */
function askRaw(head: string, chunk?: Buffer, times = 0): Promise<{ line: string; sentBytes: number }> {
  return new Promise((resolve) => {
    let text = '';
    let sentBytes = 0;
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(head);
      let left = times;
      const pump = (): void => {
        while (chunk && left-- > 0 && !socket.destroyed) {
          sentBytes += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', pump);
        }
      };
      pump();
    });
    const finish = (): void => resolve({ line: text.split('\r\n')[0] ?? '', sentBytes });
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', finish);
  });
}

beforeAll(async () => {
  const page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<html><head><meta name="kindred-key" content="" /></head></html>');
  writeFileSync(join(page, 'assets', 'app.js'), 'export {}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  access = loadAccess(join(folder, 'library'));
  server = await startEngineServer({
    access,
    pageFolder: page,
    rpc: async (call) => new Response(`rpc ${(await call.text()).length}`),
    pictures: new Hono().get('/thumbnails/:id', (context) => context.text('picture')),
    uploads: new Hono().put('/:name', (context) => context.text('stored')),
    port: 0,
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const pathOf = (address: string): string => address.slice(address.indexOf('/', 7));
const cookie = (): string => `kindred-${server.port}=${access.cookie}`;

describe('the launch code', () => {
  it('is answered with the page itself, the key in it and a strict cookie named by the port', async () => {
    const answer = await ask(pathOf(server.address()));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(access.key);
    const set = String(answer.headers['set-cookie']);
    expect(set).toContain(`kindred-${server.port}=`);
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('gives nothing without a code, with a wrong one, or used again without the cookie; with the cookie it does', async () => {
    expect((await ask('/')).body).not.toContain(access.key);
    expect((await ask('/?code=wrong')).status).toBe(403);
    const path = pathOf(server.address());
    await ask(path);
    const again = await ask(path);
    expect(again.status).toBe(403);
    expect(again.body).not.toContain(access.key);
    expect((await ask(path, { cookie: cookie() })).body).toContain(access.key);
  });

  it('is worth nothing when the cookie alone is shown: another local server could have seen that', async () => {
    expect((await ask('/', { cookie: cookie() })).body).not.toContain(access.key);
  });

  it('opens the page for a link clicked on another site', async () => {
    const from = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(pathOf(server.address()), from)).body).toContain(access.key);
  });
});

describe('what is refused', () => {
  const key = (): Record<string, string> => ({ 'x-kindred-key': access.key });

  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a Host that only begins like ours', { host: '127.0.0.1.evil.example:80' }],
    ['a Host of our name below another', { host: 'localhost.evil.example' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['Origin: null', { origin: 'null' }],
    ['our name on another port as Origin', { origin: 'http://127.0.0.1:1' }],
    ['https as Origin', { origin: 'https://127.0.0.1' }],
    ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
    ['another port by Sec-Fetch-Site', { 'sec-fetch-site': 'same-site' }],
  ])('%s, even with the key', async (_name, headers) => {
    expect((await ask('/rpc/x', { ...key(), ...headers }, 'POST', '{}')).status).toBe(403);
  });

  it('an RPC with the cookie but no key, with a wrong key, or with neither', async () => {
    expect((await ask('/rpc/x', { cookie: cookie() }, 'POST', '{}')).status).toBe(401);
    expect((await ask('/rpc/x', { 'x-kindred-key': access.cookie }, 'POST', '{}')).status).toBe(401);
    expect((await ask('/rpc/x', {}, 'POST', '{}')).status).toBe(401);
    expect((await ask('/rpc/x', key(), 'POST', '{}')).status).toBe(200);
  });

  it('pictures without the cookie, uploads without the key', async () => {
    expect((await ask('/pictures/thumbnails/1')).status).toBe(401);
    expect((await ask('/pictures/thumbnails/1', { cookie: cookie() })).body).toBe('picture');
    expect((await ask('/uploads/a', { cookie: cookie() }, 'PUT', 'x')).status).toBe(401);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '//etc/passwd',
    '/assets/%00',
    '/assets/..%252f..%252fsecret.txt',
  ])('the path %s', async (path) => {
    const answer = await askRaw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect(answer.line).toMatch(/ 40[04] /);
  });

  it('a 1 GB body, by length and chunked, on every kind of route, after a few megabytes', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const chunked = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')]);
    for (const start of ['POST /rpc/x', 'GET /', 'GET /pictures/thumbnails/1']) {
      const head = `${start} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Kindred-Key: ${access.key}\r\n`;
      const byLength = await askRaw(`${head}Content-Length: ${2 ** 30}\r\n\r\n`, megabyte, 1024);
      const byChunks = await askRaw(`${head}Transfer-Encoding: chunked\r\n\r\n`, chunked, 1024);
      for (const { line, sentBytes } of [byLength, byChunks]) {
        // A GET may be answered before its body comes; then the connection ends.
        if (start.startsWith('POST')) expect(line).toMatch(/^$| 413 /);
        expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
      }
    }
  });

  it.each(['/', '/rpc/x', '/launch', '/uploads/query', '/pictures/thumbnails/1', '/assets/app.js'])(
    'an upgrade of %s, with the key or without',
    async (path) => {
      for (const key of ['', `X-Kindred-Key: ${access.key}\r\n`]) {
        const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${key}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
        expect((await askRaw(head)).line).toMatch(/ 403 /);
      }
    },
  );

  it('another launch code to who has no key, or asks from elsewhere', async () => {
    const key = { 'x-kindred-key': access.key };
    const asks: readonly (readonly [Record<string, string>, number])[] = [
      [{}, 401],
      [{ cookie: cookie() }, 401],
      [{ 'x-kindred-key': 'wrong' }, 401],
      [{ ...key, origin: 'http://elsewhere.example' }, 403],
      [{ ...key, origin: 'null' }, 403],
      [{ ...key, host: 'elsewhere.example' }, 403],
      [{ ...key, 'sec-fetch-site': 'cross-site' }, 403],
    ];
    for (const [headers, status] of asks) {
      const answer = await ask('/launch', headers, 'POST');
      expect([answer.status, answer.body.includes('code=')], JSON.stringify(headers)).toEqual([status, false]);
    }
    expect((await ask('/launch', key, 'POST')).body).toContain('code=');
  });
});

describe('what every answer carries', () => {
  it('says the policy on pages, pictures, refusals and misses alike', async () => {
    for (const path of ['/', '/pictures/thumbnails/1', '/nothing', '/assets/app.js']) {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    }
  });

  it('keeps the secrets in a file for this user alone', () => {
    expect(statSync(join(folder, 'library', 'access')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'library', 'access', 'engine.json')).mode & 0o777).toBe(0o600);
    expect(loadAccess(join(folder, 'library')).key).toBe(access.key);
  });
});
