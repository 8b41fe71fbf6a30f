import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, Tray, type IpcMainEvent } from 'electron';
import { join } from 'node:path';
import type { Activity } from '#contract/studio/desktop.ts';
import { Crashes } from '../desktop/crashes.ts';
import { MessageQueue } from '../desktop/message-queue.ts';
import { addressFor, isOfEngine } from '../desktop/page-address.ts';
import * as questions from '../desktop/questions.ts';
import { windowOptions } from '../desktop/window-options.ts';

/** The one window, on the engine's page, and the tray that stands for it while something trains in the background. */
export class StudioWindow {
  readonly messages = new MessageQueue();
  readonly #crashes = new Crashes();
  readonly #onClose: () => void;
  #window: BrowserWindow | null = null;
  #tray: Tray | null = null;
  #address: string | null = null;

  /** @param onClose somebody closes the window, which stays until it is hidden. */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
    const isPage = ({ senderFrame: frame }: Pick<IpcMainEvent, 'senderFrame'>): boolean =>
      frame !== null && frame === this.#window?.webContents.mainFrame && this.isOurs(frame.url);
    ipcMain.on('page.ready', (event) => isPage(event) && this.messages.listens(event.sender));
    ipcMain.handle('folders.choose', async (event) => {
      if (!isPage(event)) throw new Error('Not from the window.');
      return (await dialog.showOpenDialog(this.#window!, { properties: ['openDirectory', 'multiSelections'] }))
        .filePaths;
    });
  }

  isOurs(url: string): boolean {
    return isOfEngine(url, this.#address);
  }

  /** Shows the page. One that is open finds an engine that came back under its address by itself, and stays. */
  open(address: string): void {
    const isThere = this.#window !== null && this.isOurs(address);
    this.#address = address;
    const window = (this.#window ??= this.#make());
    if (!isThere) void window.loadURL(addressFor(address, window.webContents.getURL()));
  }

  show(): void {
    this.#tray?.destroy();
    this.#tray = null;
    if (this.#window?.isMinimized()) this.#window.restore();
    this.#window?.show();
  }

  hide(): void {
    this.#window?.hide();
  }

  hideToTray(onQuit: () => void): void {
    this.hide();
    this.#tray ??= new Tray(join(app.getAppPath(), 'resources', 'icons', 'tray.png'));
    const show = { label: 'Show Kindred', click: () => this.show() };
    this.#tray.on('click', show.click);
    this.#tray.setContextMenu(Menu.buildFromTemplate([show, { label: 'Pause and quit', click: onQuit }]));
  }

  showActivity(activity: Activity): void {
    this.#window?.setProgressBar(questions.barOf(activity));
    this.#tray?.setToolTip(questions.trayText(activity));
  }

  async ask(work: questions.Work): Promise<questions.LeaveAnswer> {
    this.show();
    const { response } = await dialog.showMessageBox(this.#window!, questions.leaveQuestion(work));
    return questions.leaveAnswers[response] ?? 'stay';
  }

  #make(): BrowserWindow {
    const preload = join(import.meta.dirname, '../preload/preload.cjs');
    const surroundings = { isDark: nativeTheme.shouldUseDarkColors, isForDevelopers: !app.isPackaged };
    const window = new BrowserWindow(windowOptions({ preload, ...surroundings }));
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => (event.preventDefault(), this.#onClose()));
    window.webContents.on('did-start-navigation', (to) => to.isMainFrame && !to.isSameDocument && this.messages.left());
    window.on('unresponsive', async () => {
      const { response } = await dialog.showMessageBox(window, questions.hangQuestion);
      if (response === 1) window.webContents.forcefullyCrashRenderer();
    });
    // The address holds screen, filter and selection: loading it again leads back to them.
    window.webContents.on('render-process-gone', async (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      const isAsked = !this.#crashes.mayReload(performance.now());
      if (isAsked && (await dialog.showMessageBox(window, questions.crashQuestion)).response === 1) this.#onClose();
      else window.webContents.reload();
    });
    return window;
  }
}
