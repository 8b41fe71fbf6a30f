/** Images, names and requests that mean harm, against the real engine and the real window. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Locator, Page } from '@playwright/test';
import { dropPaths } from './support/drop-folder.ts';
import { picturesOf, sampleFolder } from './support/sample-folder.ts';
import { expect, test, trainedTest } from './support/studio-test.ts';

const MARKUP = '<img src=x onerror=alert(1)>.png';
const BIDI = 'invoice\u202egnp.exe.png';
const SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(2)</script></svg>';
const PAGE = '<!doctype html><script>alert(3)</script>';

/** A folder of pictures that are none, and of names that are markup. */
function hostileFolder(parent: string): string {
  const folder = join(parent, 'hostile');
  mkdirSync(join(folder, '<b>bold'), { recursive: true });
  mkdirSync(join(folder, 'plain'), { recursive: true });
  const [first, second, third, fourth] = picturesOf('flags').map((name) => join(sampleFolder, 'flags', name));
  cpSync(first!, join(folder, '<b>bold', MARKUP));
  cpSync(second!, join(folder, '<b>bold', BIDI));
  cpSync(third!, join(folder, 'plain', 'a.png'));
  cpSync(fourth!, join(folder, 'plain', 'b.png'));
  writeFileSync(join(folder, 'plain', 'drawing.jpg'), SCRIPT);
  writeFileSync(join(folder, 'plain', 'page.jpg'), PAGE);
  return folder;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

interface Secrets {
  readonly key: string;
  readonly cookie: string;
}

const secretsOf = (library: string): Secrets =>
  JSON.parse(readFileSync(join(library, 'access', 'engine.json'), 'utf8')) as Secrets;

test('names of markup are text, and what is no picture is never sent as it is', async ({ page, folder, engine }) => {
  page.on('dialog', () => expect(false, 'a script of a picture or a name ran').toBe(true));
  await dropPaths(page, [hostileFolder(folder)]);
  await expect(page.getByRole('gridcell', { name: `${MARKUP}, <b>bold` })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: BIDI })).toBeVisible();
  await expect(page.getByRole('button', { name: /^<b>bold 2$/ })).toBeVisible();
  await page.getByRole('gridcell', { name: MARKUP }).click();
  await expect(page.getByRole('heading', { name: MARKUP })).toHaveText(MARKUP);
  expect(await page.locator('img[src="x"], b').count()).toBe(0);
  const { cookie } = secretsOf(join(folder, 'library'));
  for (let id = 1; id <= 6; id++) {
    const opened = await ask(engine.port, 'GET', `/pictures/images/${id}`, {
      cookie: `kindred-${engine.port}=${cookie}`,
    });
    if (opened.status !== 200) continue;
    expect(opened.headers['content-type']).toBe('image/webp');
    expect(opened.headers['content-security-policy']).toContain('sandbox');
    expect(opened.body.subarray(8, 12).toString('latin1')).toBe('WEBP');
    expect(opened.body.toString('latin1')).not.toContain('alert');
  }
});

/** Overrides what follows: unless it is isolated, all of the line after it is drawn from right to left. */
const TURNED = 'moths\u202ehtom';
const HEBREW = 'תמונה';

/** Words as they stand in one piece of text, drawn from left to right and after what stands before them. */
async function expectInOrder(place: Locator, words: string): Promise<void> {
  await expect(place).toContainText(words);
  const [before, first, last] = await place.evaluate((element, text) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const leftOf = (node: Node, letter: number): number => {
      const range = document.createRange();
      range.setStart(node, letter);
      range.setEnd(node, letter + 1);
      return range.getBoundingClientRect().left;
    };
    let begin: number | null = null;
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      begin ??= node.nodeValue!.trim() === '' ? null : leftOf(node, node.nodeValue!.search(/\S/));
      const at = node.nodeValue!.indexOf(text);
      if (at >= 0) return [begin!, leftOf(node, at), leftOf(node, at + text.length - 1)] as const;
    }
    return [0, 0, 0] as const;
  }, words);
  expect(before, words).toBeLessThan(first);
  expect(first, words).toBeLessThan(last);
}

test('names that turn the writing around turn nothing but themselves', async ({ page, folder }) => {
  const pictures = join(folder, TURNED);
  mkdirSync(join(pictures, HEBREW), { recursive: true });
  mkdirSync(join(pictures, TURNED), { recursive: true });
  const [first, second] = picturesOf('flags').map((name) => join(sampleFolder, 'flags', name));
  for (const label of [HEBREW, TURNED]) {
    cpSync(first!, join(pictures, label, BIDI));
    cpSync(second!, join(pictures, label, `${HEBREW} 1.png`));
  }
  writeFileSync(join(pictures, HEBREW, `torn${BIDI}`), 'not a picture');
  await page.getByRole('button', { name: 'Add folders …' }).click();
  await page.getByLabel('Paths of folders').fill(pictures);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expectInOrder(page.getByText(/ new files/), ' new files');
  await page.getByRole('gridcell', { name: BIDI }).last().click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.locator('bdi').first()).toHaveText(BIDI);
  // Copied, a path is what it is.
  await expect(details.locator('.path bdi').first()).toHaveText(new RegExp(`/${BIDI}$`));
  await page.keyboard.press('f');
  const loupe = page.getByRole('dialog');
  const name = (await loupe.locator('strong bdi').boundingBox())!;
  const label = (await loupe.locator('span bdi').boundingBox())!;
  expect(name.x + name.width).toBeLessThanOrEqual(label.x);
  await page.keyboard.press('Escape');
  await page.keyboard.press('l');
  await page.keyboard.type(TURNED);
  await page.keyboard.press('Enter');
  await expectInOrder(page.getByText(/ labelled /), ' labelled');
  await page.getByRole('button', { name: /^Undo: Labelled/ }).click();
  await expectInOrder(page.getByText(/^Undone: /), '1 file');
});

trainedTest('nor do the names of data sets and runs', async ({ page }) => {
  await page.getByLabel('More about emoji').click();
  await page.getByRole('button', { name: 'Rename …' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(TURNED);
  await page.keyboard.press('Enter');
  await page.getByLabel(`More about ${TURNED}`).click();
  await page.getByRole('button', { name: 'Remove …' }).click();
  await expectInOrder(page.getByRole('heading', { name: /^Remove / }), 'from');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'All commands' }).click();
  await page.keyboard.type('look at');
  await expectInOrder(page.getByRole('option', { name: /^Look at / }), 'again');
  await page.keyboard.press('Escape');

  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await expect(page.getByRole('heading', { name: /^Train on / }).locator('bdi')).toHaveText(TURNED);
  await page.getByRole('button', { name: /^ten steps/ }).click();
  await page.getByRole('button', { name: 'Rename the run' }).click();
  await page.getByRole('textbox', { name: 'Name of the run' }).fill(TURNED);
  await page.keyboard.press('Enter');
  await expectInOrder(page.getByText(/ · ResNet-/), 'ResNet-');
  await page.getByRole('button', { name: 'Remove …' }).click();
  await expectInOrder(page.getByRole('heading', { name: /^Remove the run / }), '”?');
  await page.keyboard.press('Escape');
  await page.getByRole('navigation').getByRole('button', { name: 'Map' }).click();
  const encoders = page.getByRole('combobox', { name: 'Encoder that answers' });
  // What is in an option can't be measured.
  await expect(encoders.locator('option').first()).toHaveText(`\u2068${TURNED}\u2069, step 10`);
});

test('uploads are refused without a length, over 512 MB, and without the key', async ({ page, folder, engine }) => {
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  const { key, cookie } = secretsOf(join(folder, 'library'));
  const withKey = { 'x-kindred-key': key };
  const put = (headers: Record<string, string>, body?: Buffer): Promise<Answer> =>
    ask(engine.port, 'PUT', '/uploads/query', headers, body);
  // The answer may be lost with its connection, which ends before 600 MB could come.
  const large = await put({ ...withKey, 'content-length': String(600 * 2 ** 20) }).catch(() => null);
  expect([413, undefined]).toContain(large?.status);
  expect((await put({ ...withKey, 'transfer-encoding': 'chunked' }, Buffer.from('x'))).status).toBe(411);
  expect((await put({ cookie: `kindred-${engine.port}=${cookie}` }, Buffer.from('x'))).status).toBe(401);
  for (const path of ['../escape.png', '/etc/escape.png', 'a/../../escape.png', 'C:\\escape.png', 'a\u0000b.png']) {
    const headers = { ...withKey, 'x-kindred-path': encodeURIComponent(path), 'content-length': '1' };
    const batch = 'a'.repeat(32);
    const { status } = await ask(engine.port, 'PUT', `/uploads/folder/${batch}`, headers, Buffer.from('x'));
    expect(status, path).toBe(422);
  }
  expect(() => statSync(join(folder, 'escape.png'))).toThrow('ENOENT');
  expect(() => statSync(join(folder, 'library', 'inbox', 'escape.png'))).toThrow('ENOENT');
});

test('the running engine turns away other sites, and says its code nowhere but in the address', async ({
  page,
  folder,
  engine,
}) => {
  await expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();
  await expect(page).toHaveURL(`${engine.origin}/`);
  const { key, cookie } = secretsOf(join(folder, 'library'));
  const call = (headers: Record<string, string>): Promise<Answer> =>
    ask(
      engine.port,
      'POST',
      '/rpc/dataset/list',
      { 'content-type': 'application/json', ...headers },
      Buffer.from('{}'),
    );
  const withKey = { 'x-kindred-key': key };
  expect((await call(withKey)).status).toBe(200);
  expect((await call({ cookie: `kindred-${engine.port}=${cookie}` })).status).toBe(401);
  expect((await call({ ...withKey, origin: 'http://elsewhere.example' })).status).toBe(403);
  expect((await call({ ...withKey, origin: 'null' })).status).toBe(403);
  expect((await call({ ...withKey, host: 'elsewhere.example' })).status).toBe(403);
  expect((await call({ ...withKey, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const code = new URL(engine.address).searchParams.get('code')!;
  expect(engine.said.split(code)).toHaveLength(2);
  const again = await ask(engine.port, 'GET', `/?code=${code}`, {});
  expect(again.status).toBe(403);
  expect(again.body.toString()).not.toContain(key);
  expect((await ask(engine.port, 'GET', '/', {})).body.toString()).not.toContain(key);
});

const ready = (page: Page) => expect(page.getByRole('heading', { name: 'Drop folders of images here' })).toBeVisible();

test('pictures, maps and pairs are found by their ids alone, never by a path', async ({ page, folder, engine }) => {
  await ready(page);
  const { cookie } = secretsOf(join(folder, 'library'));
  const names = ['library.db', '../library.db', '../../access/engine.json', '../../../../../etc/passwd'];
  const written = [
    (name: string) => name,
    (name: string) => name.replaceAll('/', '%2f').replaceAll('.', '%2e'),
    (name: string) => name.replaceAll('/', '%5c'),
    (name: string) => name.replaceAll('/', '%252f'),
    (name: string) => `${'a'.repeat(32)}/../${name}`,
    (name: string) => `1%00${name}`,
  ];
  const numbers = ['-1', '0x1', '1e3', '9'.repeat(20), '0'.repeat(64), 'NaN'];
  for (const kind of ['thumbnails', 'images', 'uploads', 'maps', 'pairs'])
    for (const id of [...names.flatMap((name) => written.map((write) => write(name))), ...numbers]) {
      const path = `/pictures/${kind}/${id}`;
      const { status, body } = await ask(engine.port, 'GET', path, { cookie: `kindred-${engine.port}=${cookie}` });
      expect([400, 404], path).toContain(status);
      expect(body.toString('latin1'), path).not.toMatch(/SQLite|root:|"key"/);
    }
});

test('an uploaded picture comes back drawn anew, no larger than 4096 pixels', async ({ page, folder, engine }) => {
  await ready(page);
  const { key, cookie } = secretsOf(join(folder, 'library'));
  const path = join(folder, 'long.png');
  await sharp({ create: { width: 6000, height: 8, channels: 3, background: '#0a0' } })
    .png()
    .toFile(path);
  appendFileSync(path, '<script>alert(5)</script>');
  const bytes = readFileSync(path);
  const headers = { 'x-kindred-key': key, 'content-length': String(bytes.length) };
  const kept = await ask(engine.port, 'PUT', '/uploads/query', headers, bytes);
  const { uploadId } = JSON.parse(kept.body.toString()) as { uploadId: string };
  const seen = await ask(engine.port, 'GET', `/pictures/uploads/${uploadId}`, {
    cookie: `kindred-${engine.port}=${cookie}`,
  });
  expect(seen.headers['content-type']).toBe('image/webp');
  expect(seen.headers['content-security-policy']).toContain('sandbox');
  expect(seen.body.toString('latin1')).not.toContain('alert');
  expect((await sharp(seen.body).metadata()).width).toBe(4096);
});

test('a gigabyte that is sent to be kept is turned away after a few megabytes, and leaves nothing', async ({
  page,
  folder,
  engine,
}) => {
  await ready(page);
  const { key } = secretsOf(join(folder, 'library'));
  const megabyte = Buffer.alloc(2 ** 20, 'x');
  /** @returns megabytes that went out before the connection ended. */
  const send = (path: string, length: string, piece: Buffer): Promise<number> =>
    new Promise((resolve) => {
      let sent = 0;
      const socket = connect(engine.port, '127.0.0.1', () => {
        const head = `PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Kindred-Key: ${key}\r\nX-Kindred-Path: a.png\r\n`;
        socket.write(`${head}${length}\r\n\r\n`);
        const pump = (): void => {
          while (sent < 1024 && !socket.destroyed) {
            sent++;
            if (!socket.write(piece)) return void socket.once('drain', pump);
          }
        };
        pump();
      });
      socket.on('error', () => undefined).on('close', () => resolve(sent));
      socket.resume();
    });
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')]);
  for (const path of ['/uploads/query', `/uploads/folder/${'a'.repeat(32)}`]) {
    expect(await send(path, `Content-Length: ${2 ** 30}`, megabyte), `${path}, by length`).toBeLessThan(64);
    expect(await send(path, 'Transfer-Encoding: chunked', chunk), `${path}, in chunks`).toBeLessThan(64);
  }
  const inbox = join(folder, 'library', 'inbox');
  const kept = (): readonly string[] => readdirSync(inbox, { recursive: true, encoding: 'utf8' });
  await expect.poll(() => kept().filter((path) => statSync(join(inbox, path)).size > 2 ** 20)).toEqual([]);
  await page.reload();
  await ready(page);
});

test('an upload of another length than it says leaves nothing', async ({ page, folder, engine }) => {
  await ready(page);
  const { key } = secretsOf(join(folder, 'library'));
  const send = (declared: number, sent: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(engine.port, '127.0.0.1', () => {
        const head = `PUT /uploads/query HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Kindred-Key: ${key}\r\n`;
        socket.end(`${head}Content-Length: ${declared}\r\n\r\n${'x'.repeat(sent)}`);
      });
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.resume();
    });
  await send(1000, 10);
  await send(10, 1000);
  const left = (): string[] => readdirSync(join(folder, 'library', 'inbox', 'queries'));
  await expect.poll(left).toEqual([]);
});

test('the engine listens on 127.0.0.1 and no other address of this computer', async ({ page, engine }) => {
  await ready(page);
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const others = ['127.0.0.2', ...addresses.filter((address) => address !== '127.0.0.1')];
  const answers = (host: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(engine.port, host, () => (socket.destroy(), resolve(true)));
      socket.on('error', () => resolve(false));
    });
  expect(await answers('127.0.0.1')).toBe(true);
  for (const host of others) expect(await answers(host), host).toBe(false);
});
