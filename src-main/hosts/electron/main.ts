/** Electron draws the window; the engine, a plain Node process, does everything else (native image code is unsafe in here). */
import { app, BrowserWindow, dialog, ipcMain, Notification, session, Tray, nativeImage } from 'electron';
import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine, type EngineLine } from './engine-process.ts';
import { installMenu } from './menu.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

let window: BrowserWindow | null = null;
let tray: Tray | null = null;
let engine: ChildProcess | null = null;
let address: string | null = null;
let running = 0;
let isQuitting = false;
let pathsToOpen: string[] = [];

const originOf = (url: string): string => new URL(url).origin;

function openWindow(url: string): void {
  const made = new BrowserWindow({
    ...readWindowState(app.getPath('userData')),
    minWidth: 1024,
    minHeight: 640,
    show: false,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  });
  window = made;
  made.once('ready-to-show', () => made.show());
  made.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  made.webContents.on('will-navigate', (event, target) => {
    if (originOf(target) !== originOf(url)) event.preventDefault();
  });
  made.webContents.on('render-process-gone', () => made.webContents.reload());
  made.webContents.on('did-finish-load', () => openPaths([]));
  made.on('close', (event) => onClose(event, made));
  void made.loadURL(url);
}

/** Hands paths to the page; those that came before it was there wait for it. */
function openPaths(paths: readonly string[]): void {
  pathsToOpen.push(...paths);
  if (!window || window.webContents.isLoading() || pathsToOpen.length === 0) return;
  window.webContents.send('paths.opened', pathsToOpen);
  pathsToOpen = [];
}

function onClose(event: Electron.Event, closing: BrowserWindow): void {
  writeWindowState(app.getPath('userData'), closing);
  if (isQuitting || running === 0) return;
  event.preventDefault();
  const choice = dialog.showMessageBoxSync(closing, {
    type: 'question',
    message: 'A training run is active.',
    detail: 'It can go on in the background, or pause now at a checkpoint and go on when you open Kindred again.',
    buttons: ['Go on in the background', 'Pause and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  if (choice === 0) hideToTray(closing);
  if (choice === 1) app.quit();
}

function hideToTray(hidden: BrowserWindow): void {
  hidden.hide();
  tray ??= new Tray(nativeImage.createFromPath(join(app.getAppPath(), 'resources/icons/tray.png')));
  tray.setToolTip('Kindred is training');
  tray.on('click', () => hidden.show());
}

function onEngineLine(line: EngineLine): void {
  if (line.event === 'studio.ready') {
    address = line.address;
    if (window) void window.loadURL(address);
    else openWindow(address);
  } else if (line.event === 'studio.activity') {
    running = line.running;
    window?.setProgressBar(line.running === 0 ? -1 : (line.progress ?? 2));
  } else {
    new Notification({ title: `Training of ${line.name} ended`, body: line.summary }).show();
  }
}

function runEngine(): void {
  engine = startEngine(process.resourcesPath, app.getAppPath(), onEngineLine, (code) => {
    engine = null;
    if (isQuitting) return;
    // The page says so and comes back by itself once the engine listens again.
    setTimeout(runEngine, code === 0 ? 0 : 1000);
  });
}

function harden(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  ipcMain.handle('folders.choose', async (event) => {
    if (!window || event.senderFrame !== window.webContents.mainFrame) throw new Error('Not from the window.');
    const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'multiSelections'] });
    return filePaths;
  });
}

const existing = (paths: readonly string[]): string[] =>
  paths.filter((path) => !path.startsWith('-') && statSync(path, { throwIfNoEntry: false })?.isDirectory());

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  app.setAsDefaultProtocolClient('kindred');
  app.on('second-instance', (_event, args) => {
    window?.show();
    window?.focus();
    openPaths(existing(args.slice(1)));
  });
  app.on('open-file', (_event, path) => openPaths([path]));
  app.on('open-url', () => window?.show());
  app.on('window-all-closed', () => app.quit());
  app.on('activate', () => (window ? window.show() : address && openWindow(address)));
  app.on('before-quit', () => {
    isQuitting = true;
    engine?.kill('SIGTERM');
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  void app.whenReady().then(() => {
    harden();
    installMenu(() => window);
    pathsToOpen = existing(process.argv.slice(1));
    runEngine();
    app.setAboutPanelOptions({ applicationName: 'Kindred', website: '' });
  });
}
