import { menuCommands } from '#contract/studio/desktop.ts';

type Role =
  | 'about'
  | 'appMenu'
  | 'close'
  | 'editMenu'
  | 'help'
  | 'quit'
  | 'reload'
  | 'resetZoom'
  | 'toggleDevTools'
  | 'togglefullscreen'
  | 'windowMenu'
  | 'zoomIn'
  | 'zoomOut';

/** The parts of Electron's menu entries that are used here. A role brings its label, keys and work along. */
export interface MenuEntry {
  label?: string;
  role?: Role;
  type?: 'separator';
  accelerator?: string;
  click?: () => void;
  submenu?: MenuEntry[];
}

const byRole = (...roles: readonly Role[]): MenuEntry[] => roles.map((role) => ({ role }));

/**
 * The application's menu: the system's own entries by their roles, and commands of the page with their keys.
 *
 * @param run a command of the page, by its name for it.
 */
export function menuFor(
  platform: NodeJS.Platform,
  options: { readonly isForDevelopers: boolean },
  run: (name: string) => void,
): MenuEntry[] {
  const isMac = platform === 'darwin';
  const commands = (group: keyof typeof menuCommands): MenuEntry[] =>
    menuCommands[group].map(({ label, accelerator, name }) => ({ label, accelerator, click: () => run(name) }));
  const view = byRole('zoomIn', 'zoomOut', 'resetZoom', 'togglefullscreen');
  if (options.isForDevelopers) view.push(...byRole('reload', 'toggleDevTools'));
  return [
    ...(isMac ? byRole('appMenu') : []),
    { label: '&File', submenu: [...commands('file'), { type: 'separator' }, { role: isMac ? 'close' : 'quit' }] },
    { role: 'editMenu' },
    { label: '&Go', submenu: commands('go') },
    { label: '&View', submenu: view },
    { role: 'windowMenu' },
    { role: 'help', submenu: [...commands('help'), ...(isMac ? [] : byRole('about'))] },
  ];
}
