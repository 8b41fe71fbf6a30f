import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';

/** The application menu; each of our entries is a command the page knows, with the shortcut it also answers to. */
export function installMenu(window: () => BrowserWindow | null): void {
  const command = (label: string, accelerator: string, name: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => window()?.webContents.send('menu.command', name),
  });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        command('Add folders…', 'CmdOrCtrl+O', 'dataset.add'),
        { type: 'separator' },
        { role: process.platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Go',
      submenu: [
        command('Images', 'CmdOrCtrl+1', 'go.images'),
        command('Pairs', 'CmdOrCtrl+2', 'go.pairs'),
        command('Train', 'CmdOrCtrl+3', 'go.train'),
        command('Map', 'CmdOrCtrl+4', 'go.map'),
        command('Command palette', 'CmdOrCtrl+K', 'palette.open'),
      ],
    },
    {
      label: 'View',
      submenu: [{ role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'resetZoom' }, { role: 'togglefullscreen' }],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
