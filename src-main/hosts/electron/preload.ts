/** What a page can't do by itself: real paths of dropped files, the system's chooser, and what the shell tells it. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Desktop, DesktopMessage } from '#contract/studio/desktop.ts';

const desktop: Desktop = {
  pathOf: (file) => webUtils.getPathForFile(file as File),
  chooseFolders: () => ipcRenderer.invoke('folders.choose') as Promise<string[]>,
  onMessage: (take) => {
    ipcRenderer.on('studio.message', (_event, message: DesktopMessage) => take(message));
    ipcRenderer.send('page.ready');
  },
};
contextBridge.exposeInMainWorld('kindredDesktop', desktop);
