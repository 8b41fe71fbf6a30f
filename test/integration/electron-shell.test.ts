/** The built shell on a stand-in for the module `electron`: what it sets, and what it does when things happen to it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildShell } from '../support/electron/build-shell.ts';
import { type EngineLife, EngineStage } from '../support/electron/engine-stage.ts';
import { ShellProcess, type ShellOptions } from '../support/electron/shell-process.ts';

const ADDRESS = 'http://127.0.0.1:40001/?code=first';
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kindred-shell-')));
let built: { readonly main: string; readonly preload: string };
let stage: EngineStage;
/** Of a packaged app: holds `engine/`. */
let resources: string;
let shell: ShellProcess;
let made = 0;

beforeAll(async () => (built = await buildShell(join(folder, 'out'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  resources = join(folder, `app-${made++}`);
  stage = new EngineStage(join(resources, 'engine'));
});
afterEach(async () => {
  shell.end();
  await shell.ended;
  stage.close();
});

function start(options: Partial<ShellOptions> = {}): ShellProcess {
  const variables = { DOUBLE_IS_PACKAGED: '0', SCRIPTED_ENGINE_SOCKET: stage.socketPath, ...options.variables };
  const words = ['.', ...(options.words ?? [])];
  return (shell = new ShellProcess({ file: built.main, appFolder: stage.folder, ...options, words, variables }));
}

/** Started, with the engine's page on show and listening. */
async function startWithPage(options: Partial<ShellOptions> = {}): Promise<EngineLife> {
  start(options);
  const engine = await stage.nextLife();
  engine.say({ event: 'studio.ready', address: ADDRESS });
  await shell.call('window.loadURL');
  await shell.send('page.ready');
  return engine;
}

/** As above, with one run half-way. */
async function startTraining(): Promise<EngineLife> {
  const engine = await startWithPage();
  engine.say({ event: 'studio.activity', runs: 1, share: 0.5 });
  await shell.call('powerSaveBlocker.start');
  return engine;
}

describe('the window', () => {
  it('isolates and sandboxes its page, and gives it no Node', async () => {
    await startWithPage();
    const [options] = await shell.call('BrowserWindow');
    expect(options).toMatchObject({
      windowStatePersistence: true,
      webPreferences: {
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        preload: built.preload,
      },
    });
    expect(shell.called('app.enableSandbox')).toHaveLength(1);
  });

  it('shows the page of the engine it started, and nothing before', async () => {
    start();
    const engine = await stage.nextLife();
    expect(engine.words).toEqual(['studio', '--no-open', '--json', '--end-with-input', '--port', '0']);
    expect(shell.called('BrowserWindow')).toEqual([]);
    engine.say({ event: 'studio.ready', address: ADDRESS });
    expect(await shell.call('window.loadURL')).toEqual([ADDRESS]);
  });

  it('finds its engine beside it in a package, and has no developer tools there', async () => {
    const variables = { SCRIPTED_ENGINE_SOCKET: stage.socketPath, DOUBLE_RESOURCES: resources };
    shell = new ShellProcess({ file: built.main, appFolder: join(folder, 'app.asar'), variables });
    (await stage.nextLife()).say({ event: 'studio.ready', address: ADDRESS });
    expect(await shell.call('BrowserWindow')).toMatchObject([{ webPreferences: { devTools: false } }]);
    expect(JSON.stringify(await shell.menu('application'))).not.toContain('toggleDevTools');
  });

  it('loads a crashed page again where it was, and asks when it crashes again at once', async () => {
    await startWithPage();
    const moved = 'http://127.0.0.1:40001/?screen=train&run=r1';
    await shell.fire('contents', 'did-navigate-in-page', {}, moved);
    await shell.fire('contents', 'render-process-gone', {}, { reason: 'crashed' });
    expect(await shell.call('contents.reload')).toEqual([moved]);
    expect(shell.called('dialog.showMessageBox')).toEqual([]);
    await shell.fire('contents', 'render-process-gone', {}, { reason: 'oom' });
    await shell.call('dialog.showMessageBox');
    expect(shell.called('contents.reload')).toHaveLength(1);
    await shell.answerDialog(0);
    await shell.call('contents.reload', 2);
  });
});

describe('what the page may do', () => {
  const hostile = ['https://example.org/', 'http://127.0.0.1:40002/', 'file:///etc/passwd', 'javascript:alert(1)', 'x'];

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s leads to the engine alone', async (event) => {
    await startWithPage();
    for (const url of hostile) expect(await shell.fire('contents', event, { url }), url).toBe(true);
    expect(await shell.fire('contents', event, { url: 'http://127.0.0.1:40001/?screen=map' })).toBe(false);
  });

  it('opens no window, holds no webview and downloads nothing', async () => {
    await startWithPage();
    expect(await shell.ask('setWindowOpenHandler', { url: ADDRESS })).toEqual({ action: 'deny' });
    expect(await shell.fire('contents', 'will-attach-webview')).toBe(true);
    expect(await shell.fire('session', 'will-download')).toBe(true);
  });

  it('is granted no permission and no device', async () => {
    await startWithPage();
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'fullscreen',
      'openExternal',
    ]) {
      expect(await shell.ask('setPermissionRequestHandler', null, permission, '(answer)'), permission).toBe(false);
      expect(await shell.ask('setPermissionCheckHandler', null, permission), permission).toBe(false);
    }
    expect(await shell.ask('setDevicePermissionHandler', { deviceType: 'usb' })).toBe(false);
  });

  it('asks the network for nothing but the engine', async () => {
    await startWithPage();
    for (const url of hostile) {
      expect(await shell.ask('onBeforeRequest', { url }, '(answer)'), url).toEqual({ cancel: true });
    }
    for (const url of [`${new URL(ADDRESS).origin}/assets/a.js`, `blob:${new URL(ADDRESS).origin}/1-2-3`]) {
      expect(await shell.ask('onBeforeRequest', { url }, '(answer)'), url).toEqual({ cancel: false });
    }
  });

  it('reaches handlers from its main frame alone', async () => {
    await startWithPage();
    expect(await shell.send('folders.choose')).toEqual(['/chosen']);
    await expect(shell.send('folders.choose', 'frame')).rejects.toThrow('Not from the window');
  });
});

describe('the preload script', () => {
  it('requires electron alone, and exposes three functions', async () => {
    shell = new ShellProcess({ file: built.preload, appFolder: folder });
    await shell.call('loaded');
    const text = readFileSync(built.preload, 'utf8');
    expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(shell.called('exposeInMainWorld')).toEqual([['kindredDesktop', ['pathOf', 'chooseFolders', 'onMessage']]]);
    expect(await shell.use('kindredDesktop', 'pathOf', { name: 'moths' })).toBe('/dropped/moths');
  });
});

describe('what is opened with the app', () => {
  it('reaches the page by its absolute path once the page listens', async () => {
    const moths = join(folder, 'moths');
    mkdirSync(moths, { recursive: true });
    start({ words: ['--enable-features=x', moths, join(folder, 'not-there')] });
    const engine = await stage.nextLife();
    engine.say({ event: 'studio.ready', address: ADDRESS });
    await shell.call('window.loadURL');
    expect(shell.called('contents.send')).toEqual([]);
    await shell.send('page.ready');
    expect(await shell.call('contents.send')).toEqual(['studio.message', { kind: 'paths', paths: [moths] }]);
  });

  it('comes from a second instance, relative to where that was started, and shows the window', async () => {
    const shows = async (): Promise<number> => (await shell.call('window.show'), shell.called('window.show').length);
    await startWithPage();
    const before = await shows();
    mkdirSync(join(folder, 'beetles'), { recursive: true });
    await shell.fire('app', 'second-instance', {}, ['electron', '.', 'beetles'], folder);
    const paths = [join(folder, 'beetles')];
    expect(await shell.call('contents.send')).toEqual(['studio.message', { kind: 'paths', paths }]);
    expect(await shows()).toBe(before + 1);
  });

  it('comes from the system: a file or a kindred: link', async () => {
    await startWithPage();
    expect(shell.called('app.setAsDefaultProtocolClient')).toEqual([['kindred']]);
    expect(await shell.fire('app', 'open-file', {}, folder)).toBe(true);
    expect(await shell.fire('app', 'open-url', {}, 'kindred://train?run=r1')).toBe(true);
    expect(shell.called('contents.send').map(([, message]) => message)).toEqual([
      { kind: 'paths', paths: [folder] },
      { kind: 'link', link: 'kindred://train?run=r1' },
    ]);
  });

  it('waits while the page is being loaded again', async () => {
    await startWithPage();
    await shell.fire('contents', 'render-process-gone', {}, { reason: 'crashed' });
    await shell.click('application', 'Map');
    expect(shell.called('contents.send')).toEqual([]);
    await shell.send('page.ready');
    expect(await shell.call('contents.send')).toEqual(['studio.message', { kind: 'command', name: 'go.map' }]);
  });

  it('a second instance ends at once and starts no engine', async () => {
    start({ variables: { DOUBLE_IS_SECOND: '1' } });
    expect(await shell.ended).toBe(0);
    expect(shell.called('app.quit')).toHaveLength(1);
    expect(shell.called('BrowserWindow')).toEqual([]);
  });
});

describe('while something trains', () => {
  it('shows its share on the taskbar, keeps the computer awake, and lets it sleep afterwards', async () => {
    const engine = await startTraining();
    expect(shell.called('window.setProgressBar').at(-1)).toEqual([0.5]);
    expect(shell.called('powerSaveBlocker.start')).toEqual([['prevent-app-suspension']]);
    engine.say({ event: 'studio.activity', runs: 0, share: null });
    expect(await shell.call('powerSaveBlocker.stop')).toEqual([7]);
    expect(shell.called('window.setProgressBar').at(-1)).toEqual([-1]);
  });

  it('tells when a run has ended; a click on that shows the window', async () => {
    const engine = await startTraining();
    engine.say({ event: 'studio.runEnded', name: 'moths 3', summary: 'Finished after 900 steps.' });
    const said = { title: 'Training of “moths 3” has ended', body: 'Finished after 900 steps.' };
    expect(await shell.call('Notification')).toEqual([said]);
    await shell.call('notification.show');
    const before = shell.called('window.show').length;
    await shell.fire('notification', 'click');
    expect(shell.called('window.show').length).toBe(before + 1);
  });

  it('goes on behind a tray when that is chosen as the window closes', async () => {
    const engine = await startTraining();
    expect(await shell.fire('window', 'close')).toBe(true);
    expect(await shell.call('dialog.showMessageBox')).toMatchObject([
      { message: 'A training has not ended.', buttons: ['Go on in the background', 'Pause and quit', 'Cancel'] },
    ]);
    await shell.answerDialog(0);
    await shell.call('Tray');
    expect(shell.called('window.hide')).toHaveLength(1);
    engine.say({ event: 'studio.activity', runs: 1, share: 0.75 });
    expect(await shell.call('tray.setToolTip')).toEqual(['Kindred is training, 75 %']);
    await shell.click('tray', 'Show Kindred');
    expect(shell.called('tray.destroy')).toHaveLength(1);
  });

  it('quits after the engine has ended when pausing is chosen', async () => {
    const engine = await startTraining();
    await shell.fire('window', 'close');
    await shell.call('dialog.showMessageBox');
    await shell.answerDialog(1);
    await engine.inputEnded;
    expect(shell.called('app.exit')).toEqual([]);
    engine.exit(0);
    expect(await shell.ended).toBe(0);
    expect(shell.called('app.exit')).toHaveLength(1);
  });

  it('stays, and asks again, when cancelled; quitting from the menu asks too', async () => {
    await startTraining();
    await shell.fire('window', 'close');
    await shell.call('dialog.showMessageBox');
    await shell.answerDialog(2);
    expect(await shell.fire('app', 'before-quit')).toBe(true);
    await shell.call('dialog.showMessageBox', 2);
    expect(shell.called('window.hide')).toEqual([]);
  });

  it('comes out from behind the tray to ask, when it is told to quit there', async () => {
    await startTraining();
    await shell.fire('window', 'close');
    await shell.call('dialog.showMessageBox');
    await shell.answerDialog(0);
    await shell.call('Tray');
    await shell.fire('app', 'before-quit');
    await shell.call('dialog.showMessageBox', 2);
    const names = shell.calls.map(({ call }) => call);
    expect(names.lastIndexOf('window.show')).toBeGreaterThan(names.lastIndexOf('window.hide'));
    expect(names).toContain('tray.destroy');
  });

  it('asks nothing when the computer shuts down, and holds that up until the run has its checkpoint', async () => {
    const engine = await startTraining();
    expect(await shell.fire('powerMonitor', 'shutdown')).toBe(true);
    await engine.inputEnded;
    expect(shell.called('dialog.showMessageBox')).toEqual([]);
    engine.exit(0);
    expect(await shell.ended).toBe(0);
  });
});

describe('the engine', () => {
  it('is asked to end, and waited for, when the window closes and nothing trains', async () => {
    const engine = await startWithPage();
    await shell.fire('window', 'close');
    await engine.inputEnded;
    expect(shell.called('dialog.showMessageBox')).toEqual([]);
    engine.exit(0);
    expect(await shell.ended).toBe(0);
  });

  it('comes back under its address when it ends by itself, and the page stays', async () => {
    (await startWithPage()).exit(1);
    const second = await stage.nextLife();
    expect(second.words.slice(-2)).toEqual(['--port', '40001']);
    second.say({ event: 'studio.ready', address: 'http://127.0.0.1:40001/?code=second' });
    second.say({ event: 'studio.activity', runs: 1, share: null });
    await shell.call('powerSaveBlocker.start');
    expect(shell.called('window.loadURL')).toHaveLength(1);
    expect(shell.called('window.setProgressBar').at(-1)).toEqual([2]);
  });

  it('comes back elsewhere when its port is taken, and the page follows with all its address says', async () => {
    const first = await startWithPage();
    await shell.fire('contents', 'did-navigate-in-page', {}, 'http://127.0.0.1:40001/?screen=train&run=r1');
    first.exit(1);
    (await stage.nextLife()).exit(2);
    const third = await stage.nextLife();
    expect(third.words.slice(-2)).toEqual(['--port', '0']);
    third.say({ event: 'studio.ready', address: 'http://127.0.0.1:40009/?code=third' });
    expect(await shell.call('window.loadURL', 2)).toEqual(['http://127.0.0.1:40009/?code=third&screen=train&run=r1']);
  });

  it('says why it can’t be started, in its own words, and the app ends', async () => {
    start();
    const engine = await stage.nextLife();
    engine.say({ event: 'command.failed', message: 'The library is in use by process 12.' });
    engine.exit(1);
    const [, text] = await shell.call('dialog.showErrorBox');
    expect(text).toBe('The library is in use by process 12.');
    expect(await shell.ended).toBe(0);
  });

  it('is given up when it ends again and again', async () => {
    await startWithPage().then((life) => life.exit(1));
    for (let life = 0; life < 3; life++) {
      const engine = await stage.nextLife();
      engine.say({ event: 'studio.ready', address: ADDRESS });
      engine.exit(1);
    }
    await shell.call('dialog.showErrorBox');
    expect(await shell.ended).toBe(0);
  });
});
