/** The three things a page can't do by itself: real paths of dropped files, paths the system opened, and menu commands. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

contextBridge.exposeInMainWorld('kindredDesktop', {
  pathOf: (file: File): string => webUtils.getPathForFile(file),
  chooseFolders: (): Promise<string[]> => ipcRenderer.invoke('folders.choose') as Promise<string[]>,
  onOpenPaths: (take: (paths: string[]) => void): void => {
    ipcRenderer.on('paths.opened', (_event, paths: string[]) => take(paths));
  },
  onCommand: (take: (command: string) => void): void => {
    ipcRenderer.on('menu.command', (_event, command: string) => take(command));
  },
});
