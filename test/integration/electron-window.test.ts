/** The built shell on a stand-in for the module `electron`: its window, what a page may do, the preload script. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADDRESS, ShellFixture } from '../support/electron/shell-fixture.ts';

const fixture = ShellFixture.use();

describe('the window', () => {
  it('isolates and sandboxes its page, and gives it no Node', async () => {
    await fixture.startWithPage();
    const [options] = await fixture.shell.call('BrowserWindow');
    expect(options).toMatchObject({
      windowStatePersistence: true,
      webPreferences: {
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        preload: fixture.built.preload,
      },
    });
    expect(fixture.shell.called('app.enableSandbox')).toHaveLength(1);
  });

  it('shows the page of the engine it started, and nothing before', async () => {
    fixture.start();
    const engine = await fixture.stage.nextLife();
    expect(engine.words).toEqual(['studio', '--no-open', '--json', '--end-with-input', '--port', '0']);
    expect(fixture.shell.called('BrowserWindow')).toEqual([]);
    engine.say({ event: 'studio.ready', address: ADDRESS });
    expect(await fixture.shell.call('window.loadURL')).toEqual([ADDRESS]);
  });

  it('finds its engine beside it in a package, and has no developer tools there', async () => {
    const variables = { SCRIPTED_ENGINE_SOCKET: fixture.stage.socketPath, DOUBLE_RESOURCES: fixture.resources };
    fixture.run({ file: fixture.built.main, appFolder: join(fixture.folder, 'app.asar'), variables });
    (await fixture.stage.nextLife()).say({ event: 'studio.ready', address: ADDRESS });
    expect(await fixture.shell.call('BrowserWindow')).toMatchObject([{ webPreferences: { devTools: false } }]);
    expect(JSON.stringify(await fixture.shell.menu('application'))).not.toContain('toggleDevTools');
  });

  it('loads a crashed page again where it was, and asks when it crashes again at once', async () => {
    await fixture.startWithPage();
    const moved = 'http://127.0.0.1:40001/?screen=train&run=r1';
    await fixture.shell.fire('contents', 'did-navigate-in-page', {}, moved);
    await fixture.shell.fire('contents', 'render-process-gone', {}, { reason: 'crashed' });
    expect(await fixture.shell.call('contents.reload')).toEqual([moved]);
    expect(fixture.shell.called('dialog.showMessageBox')).toEqual([]);
    await fixture.shell.fire('contents', 'render-process-gone', {}, { reason: 'oom' });
    await fixture.shell.call('dialog.showMessageBox');
    expect(fixture.shell.called('contents.reload')).toHaveLength(1);
    await fixture.shell.answerDialog(0);
    await fixture.shell.call('contents.reload', 2);
  });
});

describe('a page that does not answer', () => {
  it('is ended, and so loaded again, only when that is chosen', async () => {
    await fixture.startWithPage();
    await fixture.shell.fire('window', 'unresponsive');
    await fixture.shell.call('dialog.showMessageBox');
    await fixture.shell.answerDialog(0);
    await fixture.shell.fire('window', 'unresponsive');
    await fixture.shell.call('dialog.showMessageBox', 2);
    expect(fixture.shell.called('contents.forcefullyCrashRenderer')).toEqual([]);
    await fixture.shell.answerDialog(1);
    await fixture.shell.call('contents.forcefullyCrashRenderer');
  });
});

describe('what the page may do', () => {
  const hostile = ['https://example.org/', 'http://127.0.0.1:40002/', 'file:///etc/passwd', 'javascript:alert(1)', 'x'];

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s leads to the engine alone', async (event) => {
    await fixture.startWithPage();
    for (const url of hostile) expect(await fixture.shell.fire('contents', event, { url }), url).toBe(true);
    expect(await fixture.shell.fire('contents', event, { url: 'http://127.0.0.1:40001/?screen=map' })).toBe(false);
  });

  it('opens no window, holds no webview and downloads nothing', async () => {
    await fixture.startWithPage();
    expect(await fixture.shell.ask('setWindowOpenHandler', { url: ADDRESS })).toEqual({ action: 'deny' });
    expect(await fixture.shell.fire('contents', 'will-attach-webview')).toBe(true);
    expect(await fixture.shell.fire('session', 'will-download')).toBe(true);
  });

  it('is granted no permission and no device', async () => {
    await fixture.startWithPage();
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'fullscreen',
      'openExternal',
    ]) {
      expect(await fixture.shell.ask('setPermissionRequestHandler', null, permission, '(answer)'), permission).toBe(
        false,
      );
      expect(await fixture.shell.ask('setPermissionCheckHandler', null, permission), permission).toBe(false);
    }
    expect(await fixture.shell.ask('setDevicePermissionHandler', { deviceType: 'usb' })).toBe(false);
  });

  it('asks the network for nothing but the engine', async () => {
    await fixture.startWithPage();
    for (const url of hostile) {
      expect(await fixture.shell.ask('onBeforeRequest', { url }, '(answer)'), url).toEqual({ cancel: true });
    }
    for (const url of [`${new URL(ADDRESS).origin}/assets/a.js`, `blob:${new URL(ADDRESS).origin}/1-2-3`]) {
      expect(await fixture.shell.ask('onBeforeRequest', { url }, '(answer)'), url).toEqual({ cancel: false });
    }
  });

  it('reaches handlers from its main frame alone', async () => {
    await fixture.startWithPage();
    expect(await fixture.shell.send('folders.choose')).toEqual(['/chosen']);
    await expect(fixture.shell.send('folders.choose', 'frame')).rejects.toThrow('Not from the window');
  });
});

describe('the preload script', () => {
  it('requires electron alone, and exposes three functions', async () => {
    fixture.run({ file: fixture.built.preload, appFolder: fixture.folder });
    await fixture.shell.call('loaded');
    const text = readFileSync(fixture.built.preload, 'utf8');
    expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(fixture.shell.called('exposeInMainWorld')).toEqual([
      ['kindredDesktop', ['pathOf', 'chooseFolders', 'onMessage']],
    ]);
    expect(await fixture.shell.use('kindredDesktop', 'pathOf', { name: 'moths' })).toBe('/dropped/moths');
  });
});
