/**
 * A stand-in for the module `electron`: enough for our main process to run in plain Node. Every call of it is reported
 * to the test (`calls.ts` there), which fires the events, asks the handlers and answers the dialogs (`commands.ts`).
 */
import { EventEmitter } from 'node:events';
import { report, type Told } from './reports.ts';

/** What the main process handed over, for the test to use. */
export const handed = {
  handlers: new Map<string, (...args: never[]) => unknown>(),
  menus: new Map<string, MenuEntry[]>(),
  emitters: new Map<string, EventEmitter>(),
  dialogs: [] as ((response: number) => void)[],
};

export interface MenuEntry {
  readonly label?: string;
  readonly role?: string;
  readonly accelerator?: string;
  readonly click?: () => void;
  readonly submenu?: MenuEntry[];
}

/** An object whose own members work, and whose other members are calls that are reported and do nothing. */
function reporting<T extends object>(name: string, own: T): T {
  const proxy = new Proxy(own, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof key === 'symbol' || key === 'then') return value;
      if (typeof value === 'function') return value.bind(target) as unknown;
      if (value !== undefined) return value;
      return (...args: unknown[]): void => {
        report(`${name}.${key}`, args);
        const handler = args.at(-1);
        if (typeof handler === 'function') handed.handlers.set(key, handler as () => unknown);
      };
    },
  });
  if (proxy instanceof EventEmitter) handed.emitters.set(name, proxy);
  return proxy;
}

/** Fires an event whose first argument can be prevented. @returns whether it was. */
export function fire(emitter: EventEmitter, event: string, fields: object, ...args: readonly unknown[]): boolean {
  let isPrevented = false;
  emitter.emit(event, { ...fields, preventDefault: () => (isPrevented = true) }, ...args);
  return isPrevented;
}

class App extends EventEmitter {
  readonly isPackaged = process.env['DOUBLE_IS_PACKAGED'] === '1';

  getAppPath(): string {
    return process.env['DOUBLE_APP_FOLDER'] ?? '';
  }
  getPath(name: string): string {
    return `/${name}`;
  }
  requestSingleInstanceLock(): boolean {
    return process.env['DOUBLE_IS_SECOND'] !== '1';
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
  quit(): void {
    report('app.quit', []);
    if (!fire(this, 'before-quit', {})) process.exit(0);
  }
  exit(): void {
    report('app.exit', [], () => process.exit(0));
  }
}

export const app = reporting('app', new App());

class Contents extends EventEmitter {
  readonly mainFrame = { url: '' };

  constructor() {
    super();
    this.on('did-navigate-in-page', (_event, url: string) => (this.mainFrame.url = url));
  }
  getURL(): string {
    return this.mainFrame.url;
  }
  /** As the browser does it: the page leaves, another comes. */
  go(url: string): void {
    this.mainFrame.url = url;
    this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false, url });
  }
  reload(): void {
    report('contents.reload', [this.mainFrame.url]);
    this.go(this.mainFrame.url);
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = reporting('contents', new Contents());

  constructor(options: Told) {
    super();
    report('BrowserWindow', [options]);
    app.emit('web-contents-created', {}, this.webContents);
    return reporting('window', this);
  }
  loadURL(url: string): void {
    report('window.loadURL', [url]);
    this.webContents.go(url);
    this.emit('ready-to-show');
  }
}

export class Tray extends EventEmitter {
  constructor(icon: string) {
    super();
    report('Tray', [icon]);
    return reporting('tray', this);
  }
  setContextMenu(menu: readonly MenuEntry[]): void {
    handed.menus.set('tray', [...menu]);
  }
}

export class Notification extends EventEmitter {
  constructor(options: Told) {
    super();
    report('Notification', [options]);
    handed.emitters.set('notification', this);
  }
  show(): void {
    report('notification.show', []);
  }
}

export const Menu = {
  buildFromTemplate: (template: MenuEntry[]): MenuEntry[] => template,
  setApplicationMenu: (menu: MenuEntry[]): void => void handed.menus.set('application', menu),
};

export const dialog = {
  showMessageBox(_window: unknown, options: Told): Promise<{ response: number }> {
    report('dialog.showMessageBox', [options]);
    return new Promise((resolve) => handed.dialogs.push((response) => resolve({ response })));
  },
  showErrorBox: (title: string, text: string): void => report('dialog.showErrorBox', [title, text]),
  showOpenDialog: async (): Promise<{ filePaths: string[] }> => ({ filePaths: ['/chosen'] }),
};

class IpcMain extends EventEmitter {
  handle(channel: string, handler: (...args: never[]) => unknown): void {
    handed.handlers.set(channel, handler);
  }
}

export const ipcMain = reporting('ipcMain', new IpcMain());
export const session = {
  defaultSession: reporting(
    'session',
    new (class extends EventEmitter {
      readonly webRequest = reporting('webRequest', {});
    })(),
  ),
};
export const nativeTheme = { shouldUseDarkColors: true };
export const powerMonitor = reporting('powerMonitor', new EventEmitter());
export const powerSaveBlocker = {
  start: (kind: string): number => (report('powerSaveBlocker.start', [kind]), 7),
  stop: (id: number): void => report('powerSaveBlocker.stop', [id]),
};

/* What a preload script gets. */
export const contextBridge = {
  exposeInMainWorld: (name: string, members: object): void => {
    report('exposeInMainWorld', [name, Object.keys(members)]);
    handed.handlers.set(name, () => members);
  },
};
export const webUtils = { getPathForFile: (file: { readonly name: string }): string => `/dropped/${file.name}` };
class IpcRenderer extends EventEmitter {
  invoke(channel: string): void {
    report('ipcRenderer.invoke', [channel]);
  }
}
export const ipcRenderer = reporting('ipcRenderer', new IpcRenderer());
