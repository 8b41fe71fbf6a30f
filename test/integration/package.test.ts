/**
 * The packaged app, laid out with a stand-in for Electron's own download: what is in it, and that its engine runs with
 * its own Node for somebody who has nothing of Kindred. Electron's binary itself is not run.
 */
import { extractAll, extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageApp, type PackagedApp, runToEnd } from '../support/electron/packaged-app.ts';
import { ShellProcess } from '../support/electron/shell-process.ts';

const root = new URL('../../', import.meta.url);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kindred-package-')));
const home = join(folder, 'home');
/** Of somebody who never had Kindred: no variable, no cache, no library of the one who runs the test. */
const environment = { HOME: home, PATH: '/usr/bin:/bin' };
let app: PackagedApp;

/** A command of the packaged engine, with `--json`. @returns its events. */
async function run(...words: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [node, script] = app.commandLine;
  const said = await runToEnd(node, [script, ...words, '--json'], environment);
  const lines = said.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform !== 'linux')('the packaged app (its stand-in is a Linux one)', () => {
  beforeAll(async () => {
    mkdirSync(home);
    app = await packageApp(folder);
  }, 180_000);

  it('has nothing but the shell in its asar', () => {
    const asar = join(app.resources, 'app.asar');
    const files = listPackage(asar, { isPack: false }).filter((path) => /\.\w+$/.test(path));
    expect(files.toSorted()).toEqual([
      '/out/main/main.js',
      '/out/preload/preload.cjs',
      '/package.json',
      '/resources/icons/tray.png',
      '/resources/icons/tray@2x.png',
    ]);
    expect(statSync(asar).size).toBeLessThan(100_000);
    const own = JSON.parse(extractFile(asar, 'package.json').toString('utf8')) as object;
    expect(own).toMatchObject({ main: 'out/main/main.js', type: 'module', desktopName: 'kindred.desktop' });
  });

  it('has all nine fuses set', async () => {
    const { version, ...wire } = await getCurrentFuseWire(app.binary);
    const on = new Set([
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
      FuseV1Options.WasmTrapHandlers,
    ]);
    const expected = Array.from({ length: 9 }, (_, fuse) => [
      fuse,
      on.has(fuse) ? FuseState.ENABLE : FuseState.DISABLE,
    ]);
    expect(version).toBe('1');
    expect(wire).toEqual(Object.fromEntries(expected));
  });

  it('has the engine as it is beside it, with what runs it and nothing that only develops it', () => {
    const has = (name: string): boolean => existsSync(join(app.engine, 'node_modules', name));
    expect(Object.keys(manifest.dependencies).filter((name) => !has(name))).toEqual([]);
    // @types/node comes with packages of production too.
    expect(Object.keys(manifest.devDependencies).filter(has)).toEqual(['@types/node']);
    const files = readdirSync(app.engine, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('out/renderer/index.html');
    expect(files.filter((path) => /\.map$|^src-main\/hosts\/electron/.test(path))).toEqual([]);
  });

  it('finds TensorFlow beside its addon, not where it was built', () => {
    const package_ = join(app.engine, 'node_modules', '@tensorflow', 'tfjs-node');
    const addon = readFileSync(join(package_, 'lib', 'napi-v8', 'tfjs_binding.node'), 'latin1');
    expect(addon).toContain('$ORIGIN/../../deps/lib');
    expect(addon).not.toContain(homedir());
    expect(readdirSync(join(package_, 'deps', 'lib')).toSorted()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
  });

  it('computes and decodes with its own Node, in an empty home', async () => {
    const [facts] = await run('doctor');
    expect(facts).toMatchObject({ node: manifest.dependencies['node'], compute: { device: 'cpu' }, problems: [] });
    expect(facts!['deviceReason']).toContain('the app comes with TensorFlow');
    expect(JSON.stringify(facts!['library'])).toContain(home);
  });

  it('trains five steps on the sample images it comes with', { timeout: 120_000 }, async () => {
    const sample = join(app.engine, 'resources', 'sample');
    const events = await run('train', sample, '--preset', 'quick', '--steps', '5');
    const [last] = await run('runs');
    expect(events.at(-1)).toMatchObject({ event: 'run.finished' });
    expect(JSON.stringify(last)).toContain('"finished"');
  });

  describe('its shell, on the same library', () => {
    let shell: ShellProcess;
    let page: { readonly address: string; readonly headers: Headers; readonly key: string };

    beforeAll(async () => {
      const unpacked = join(folder, 'asar');
      extractAll(join(app.resources, 'app.asar'), unpacked);
      const file = join(unpacked, 'out', 'main', 'main.js');
      const variables = { ...environment, DOUBLE_RESOURCES: app.resources };
      shell = new ShellProcess({ file, appFolder: unpacked, variables });
      const address = String((await shell.call('window.loadURL'))[0]);
      const answer = await fetch(address);
      const key = /kindred-key" content="([\w-]{43})"/.exec(await answer.text())?.[1] ?? '';
      page = { address, headers: answer.headers, key };
    });
    afterAll(() => shell.end());

    /** A command of the page's, as it sends them. */
    async function ask(command: string, input: object): Promise<unknown> {
      const headers = { 'content-type': 'application/json', 'x-kindred-key': page.key };
      const body = JSON.stringify({ json: input });
      const answer = await fetch(new URL(`/rpc/${command}`, page.address), { method: 'POST', headers, body });
      expect(answer.status, command).toBe(200);
      return ((await answer.json()) as { readonly json: unknown }).json;
    }

    it('shows the page under a strict policy', () => {
      expect(page.key).not.toBe('');
      const policy = page.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'self'; script-src 'self'; style-src 'self'; ");
      expect(policy).not.toMatch(/unsafe-|https?:|\*/);
    });

    it('follows a training from its start to the notice of its end', { timeout: 120_000 }, async () => {
      const [dataset] = (await ask('dataset/list', {})) as readonly { readonly id: number }[];
      const settings = { 'length.steps': 30, batchSize: 32 };
      await ask('run/start', { datasetId: dataset!.id, preset: 'quick', settings, name: 'watched' });
      await shell.call('powerSaveBlocker.start');
      expect(await shell.fire('window', 'close')).toBe(true);
      await shell.call('dialog.showMessageBox');
      await shell.answerDialog(0);
      expect(await shell.call('Tray')).toEqual([join(folder, 'asar', 'resources', 'icons', 'tray.png')]);
      expect(existsSync(join(folder, 'asar', 'resources', 'icons', 'tray.png'))).toBe(true);
      const [notice] = await shell.call('Notification');
      expect(notice).toMatchObject({ title: 'Training of “watched” has ended' });
      expect(JSON.stringify(notice)).toContain('Finished after 30 steps. kNN accuracy');
      await shell.call('powerSaveBlocker.stop');
      const shares = shell.called('window.setProgressBar').flat() as readonly number[];
      expect(shares.some((share) => share > 0 && share < 1)).toBe(true);
      expect(shares.at(-1)).toBe(-1);
    });

    it('ends its engine as it quits', async () => {
      await shell.fire('app', 'before-quit');
      expect(await shell.ended).toBe(0);
      await expect(fetch(page.address)).rejects.toThrow();
    });
  });
});
