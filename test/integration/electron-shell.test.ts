/** The built shell on a stand-in for the module `electron`: what it does when things happen to it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADDRESS, ShellFixture } from '../support/electron/shell-fixture.ts';

const fixture = ShellFixture.use();

describe('what is opened with the app', () => {
  it('reaches the page by its absolute path once the page listens', async () => {
    const moths = join(fixture.folder, 'moths');
    mkdirSync(moths, { recursive: true });
    fixture.start({ words: ['--enable-features=x', moths, join(fixture.folder, 'not-there')] });
    const engine = await fixture.stage.nextLife();
    engine.say({ event: 'studio.ready', address: ADDRESS });
    await fixture.shell.call('window.loadURL');
    expect(fixture.shell.called('contents.send')).toEqual([]);
    await fixture.shell.send('page.ready');
    expect(await fixture.shell.call('contents.send')).toEqual(['studio.message', { kind: 'paths', paths: [moths] }]);
  });

  it('comes from a second instance, relative to where that was started, and shows the window', async () => {
    const shows = async (): Promise<number> => (
      await fixture.shell.call('window.show'),
      fixture.shell.called('window.show').length
    );
    await fixture.startWithPage();
    const before = await shows();
    mkdirSync(join(fixture.folder, 'beetles'), { recursive: true });
    await fixture.shell.fire('app', 'second-instance', {}, ['electron', '.', 'beetles'], fixture.folder);
    const paths = [join(fixture.folder, 'beetles')];
    expect(await fixture.shell.call('contents.send')).toEqual(['studio.message', { kind: 'paths', paths }]);
    expect(await shows()).toBe(before + 1);
  });

  it('comes from the system: a file or a kindred: link', async () => {
    await fixture.startWithPage();
    expect(fixture.shell.called('app.setAsDefaultProtocolClient')).toEqual([['kindred']]);
    expect(await fixture.shell.fire('app', 'open-file', {}, fixture.folder)).toBe(true);
    expect(await fixture.shell.fire('app', 'open-url', {}, 'kindred://train?run=r1')).toBe(true);
    expect(fixture.shell.called('contents.send').map(([, message]) => message)).toEqual([
      { kind: 'paths', paths: [fixture.folder] },
      { kind: 'link', link: 'kindred://train?run=r1' },
    ]);
  });

  it('waits while the page is being loaded again', async () => {
    await fixture.startWithPage();
    await fixture.shell.fire('contents', 'render-process-gone', {}, { reason: 'crashed' });
    await fixture.shell.click('application', 'Map');
    expect(fixture.shell.called('contents.send')).toEqual([]);
    await fixture.shell.send('page.ready');
    expect(await fixture.shell.call('contents.send')).toEqual(['studio.message', { kind: 'command', name: 'go.map' }]);
  });

  it('a second instance ends at once and starts no engine', async () => {
    fixture.start({ variables: { DOUBLE_IS_SECOND: '1' } });
    expect(await fixture.shell.ended).toBe(0);
    expect(fixture.shell.called('app.quit')).toHaveLength(1);
    expect(fixture.shell.called('BrowserWindow')).toEqual([]);
  });
});

describe('while something trains', () => {
  it('shows its share on the taskbar, keeps the computer awake, and lets it sleep afterwards', async () => {
    const engine = await fixture.startTraining();
    expect(fixture.shell.called('window.setProgressBar').at(-1)).toEqual([0.5]);
    expect(fixture.shell.called('powerSaveBlocker.start')).toEqual([['prevent-app-suspension']]);
    engine.say({ event: 'studio.activity', runs: 0, jobs: 0, share: null });
    expect(await fixture.shell.call('powerSaveBlocker.stop')).toEqual([7]);
    expect(fixture.shell.called('window.setProgressBar').at(-1)).toEqual([-1]);
  });

  it('tells when a run has ended; a click on that shows the window', async () => {
    const engine = await fixture.startTraining();
    engine.say({ event: 'studio.runEnded', name: 'moths 3', summary: 'Finished after 900 steps.' });
    const said = { title: 'Training of “moths 3” has ended', body: 'Finished after 900 steps.' };
    expect(await fixture.shell.call('Notification')).toEqual([said]);
    await fixture.shell.call('notification.show');
    const before = fixture.shell.called('window.show').length;
    await fixture.shell.fire('notification', 'click');
    expect(fixture.shell.called('window.show').length).toBe(before + 1);
  });

  it('goes on behind a tray when that is chosen as the window closes', async () => {
    const engine = await fixture.startTraining();
    expect(await fixture.shell.fire('window', 'close')).toBe(true);
    expect(await fixture.shell.call('dialog.showMessageBox')).toMatchObject([
      { message: 'A training has not ended.', buttons: ['Go on in the background', 'Pause and quit', 'Cancel'] },
    ]);
    await fixture.shell.answerDialog(0);
    await fixture.shell.call('Tray');
    expect(fixture.shell.called('window.hide')).toHaveLength(1);
    engine.say({ event: 'studio.activity', runs: 1, jobs: 0, share: 0.75 });
    expect(await fixture.shell.call('tray.setToolTip')).toEqual(['Kindred is training, 75 %']);
    await fixture.shell.click('tray', 'Show Kindred');
    expect(fixture.shell.called('tray.destroy')).toHaveLength(1);
  });

  it('asks before it closes over an import too, and keeps the computer awake', async () => {
    const engine = await fixture.startWithPage();
    engine.say({ event: 'studio.activity', runs: 0, jobs: 1, share: null });
    await fixture.shell.call('powerSaveBlocker.start');
    expect(fixture.shell.called('window.setProgressBar').at(-1)).toEqual([2]);
    await fixture.shell.fire('window', 'close');
    expect(await fixture.shell.call('dialog.showMessageBox')).toMatchObject([
      {
        message: 'Kindred is at work on your images.',
        buttons: ['Go on in the background', 'Quit', 'Cancel'],
      },
    ]);
    await fixture.shell.answerDialog(1);
    await engine.inputEnded;
    engine.exit(0);
    expect(await fixture.shell.ended).toBe(0);
  });

  it('quits after the engine has ended when pausing is chosen', async () => {
    const engine = await fixture.startTraining();
    await fixture.shell.fire('window', 'close');
    await fixture.shell.call('dialog.showMessageBox');
    await fixture.shell.answerDialog(1);
    await engine.inputEnded;
    expect(fixture.shell.called('app.exit')).toEqual([]);
    engine.exit(0);
    expect(await fixture.shell.ended).toBe(0);
    expect(fixture.shell.called('app.exit')).toHaveLength(1);
  });

  it('stays, and asks again, when cancelled; quitting from the menu asks too', async () => {
    await fixture.startTraining();
    await fixture.shell.fire('window', 'close');
    await fixture.shell.call('dialog.showMessageBox');
    await fixture.shell.answerDialog(2);
    expect(await fixture.shell.fire('app', 'before-quit')).toBe(true);
    await fixture.shell.call('dialog.showMessageBox', 2);
    expect(fixture.shell.called('window.hide')).toEqual([]);
  });

  it('comes out from behind the tray to ask, when it is told to quit there', async () => {
    await fixture.startTraining();
    await fixture.shell.fire('window', 'close');
    await fixture.shell.call('dialog.showMessageBox');
    await fixture.shell.answerDialog(0);
    await fixture.shell.call('Tray');
    await fixture.shell.fire('app', 'before-quit');
    await fixture.shell.call('dialog.showMessageBox', 2);
    const names = fixture.shell.calls.map(({ call }) => call);
    expect(names.lastIndexOf('window.show')).toBeGreaterThan(names.lastIndexOf('window.hide'));
    expect(names).toContain('tray.destroy');
  });

  it('asks nothing when the computer shuts down, and holds that up until the run has its checkpoint', async () => {
    const engine = await fixture.startTraining();
    expect(await fixture.shell.fire('powerMonitor', 'shutdown')).toBe(true);
    await engine.inputEnded;
    expect(fixture.shell.called('dialog.showMessageBox')).toEqual([]);
    engine.exit(0);
    expect(await fixture.shell.ended).toBe(0);
  });
});

describe('the engine', () => {
  it('is asked to end, and waited for, when the window closes and nothing trains', async () => {
    const engine = await fixture.startWithPage();
    await fixture.shell.fire('window', 'close');
    await engine.inputEnded;
    expect(fixture.shell.called('dialog.showMessageBox')).toEqual([]);
    engine.exit(0);
    expect(await fixture.shell.ended).toBe(0);
  });

  it('comes back under its address when it ends by itself, and the page stays', async () => {
    (await fixture.startWithPage()).exit(1);
    const second = await fixture.stage.nextLife();
    expect(second.words.slice(-2)).toEqual(['--port', '40001']);
    second.say({ event: 'studio.ready', address: 'http://127.0.0.1:40001/?code=second' });
    second.say({ event: 'studio.activity', runs: 1, jobs: 0, share: null });
    await fixture.shell.call('powerSaveBlocker.start');
    expect(fixture.shell.called('window.loadURL')).toHaveLength(1);
    expect(fixture.shell.called('window.setProgressBar').at(-1)).toEqual([2]);
  });

  it('comes back elsewhere when its port is taken, and the page follows with all its address says', async () => {
    const first = await fixture.startWithPage();
    await fixture.shell.fire('contents', 'did-navigate-in-page', {}, 'http://127.0.0.1:40001/?screen=train&run=r1');
    first.exit(1);
    (await fixture.stage.nextLife()).exit(2);
    const third = await fixture.stage.nextLife();
    expect(third.words.slice(-2)).toEqual(['--port', '0']);
    third.say({ event: 'studio.ready', address: 'http://127.0.0.1:40009/?code=third' });
    expect(await fixture.shell.call('window.loadURL', 2)).toEqual([
      'http://127.0.0.1:40009/?code=third&screen=train&run=r1',
    ]);
  });

  it('says why it can’t be started, in its own words, and the app ends', async () => {
    fixture.start();
    const engine = await fixture.stage.nextLife();
    engine.say({ event: 'command.failed', message: 'The library is in use by process 12.' });
    engine.exit(1);
    const [, text] = await fixture.shell.call('dialog.showErrorBox');
    expect(text).toBe('The library is in use by process 12.');
    expect(await fixture.shell.ended).toBe(0);
  });

  it('that is not there is said, and the app ends', async () => {
    const variables = { DOUBLE_RESOURCES: join(fixture.folder, 'nothing') };
    fixture.run({ file: fixture.built.main, appFolder: fixture.folder, variables });
    const [, text] = await fixture.shell.call('dialog.showErrorBox');
    expect(text).toContain('ENOENT');
    expect(await fixture.shell.ended).toBe(0);
  });

  it('is given up when it ends again and again', async () => {
    await fixture.startWithPage().then((life) => life.exit(1));
    for (let life = 0; life < 3; life++) {
      const engine = await fixture.stage.nextLife();
      engine.say({ event: 'studio.ready', address: ADDRESS });
      engine.exit(1);
    }
    await fixture.shell.call('dialog.showErrorBox');
    expect(await fixture.shell.ended).toBe(0);
  });
});
