/** Electron draws the window; the engine, a plain Node process, does everything else (native image code is unsafe here). */
import { app, dialog, Menu, Notification, powerMonitor, powerSaveBlocker, type Event } from 'electron';
import { join } from 'node:path';
import type { Activity, EndedRun } from '#contract/studio/desktop.ts';
import { EngineChild } from '../desktop/engine-child.ts';
import { Leaving } from '../desktop/leaving.ts';
import { menuFor } from '../desktop/menu.ts';
import { messagesOf, SCHEME } from '../desktop/opened-words.ts';
import { endedTitle, isWorking } from '../desktop/questions.ts';
import { startOptionsOf } from '../desktop/start-options.ts';
import { harden } from './harden.ts';
import { StudioWindow } from './studio-window.ts';

const options = startOptionsOf(process.argv, app.getPath('userData'));
let activity: Activity = { runs: 0, jobs: 0, share: null };
let blocker: number | null = null;

const studio = new StudioWindow(() => void leaving.ask());
const engine = new EngineChild(app.isPackaged ? join(process.resourcesPath, 'engine') : app.getAppPath(), {
  onReady: (address) => studio.open(address),
  onActivity: follow,
  onRunEnded: announce,
  onFailure: (reason) => (dialog.showErrorBox('The engine of Kindred can’t be started', reason), void leaving.end()),
});
const leaving = new Leaving({
  work: () => activity,
  ask: (work) => studio.ask(work),
  goToBackground: () => studio.hideToTray(() => void leaving.end()),
  endEngine: () => (studio.hide(), engine.close()),
  quit: () => app.exit(),
});

/** A computer that sleeps does no work. */
function follow(now: Activity): void {
  activity = now;
  studio.showActivity(now);
  if (isWorking(now)) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
  else if (blocker !== null) blocker = (powerSaveBlocker.stop(blocker), null);
}

function announce({ name, summary }: EndedRun): void {
  new Notification({ title: endedTitle(name), body: summary }).on('click', () => studio.show()).show();
}

function open(words: readonly string[], base: string): void {
  studio.show();
  for (const message of messagesOf(words, base)) studio.messages.tell(message);
}

/** Without the program's own name; outside of a package the folder of the app comes after it. */
const given = (words: readonly string[]): readonly string[] => words.slice(app.isPackaged ? 1 : 2);
const openOne = (event: Event, word: string): void => (event.preventDefault(), open([word], '/'));

app.setPath('userData', options.windowFolder);
if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.enableSandbox();
  app.setAppUserModelId('app.kindred.studio');
  app.setAsDefaultProtocolClient(SCHEME);
  app.on('second-instance', (_event, words, base) => open(given(words), base));
  app.on('open-file', openOne).on('open-url', openOne);
  app.on('activate', () => studio.show());
  app.on('before-quit', (event) => (event.preventDefault(), void leaving.ask()));
  harden((url) => studio.isOurs(url));
  void app.whenReady().then(() => {
    powerMonitor.on('shutdown', (event?: Event) => (event?.preventDefault(), void leaving.end()));
    const run = (name: string): void => studio.messages.tell({ kind: 'command', name });
    const menu = menuFor(process.platform, { isForDevelopers: !app.isPackaged }, run);
    Menu.setApplicationMenu(Menu.buildFromTemplate(menu));
    open(given(process.argv), process.cwd());
    engine.start(options);
  });
}
