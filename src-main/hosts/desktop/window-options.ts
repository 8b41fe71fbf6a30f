/** What the window is made with, in Electron's terms. */
export interface WindowSurroundings {
  /** Absolute path of the built preload script. */
  readonly preload: string;
  readonly isDark: boolean;
  readonly isForDevelopers: boolean;
}

/** A page that is isolated and sandboxed, and a window that comes back where it was. Shown when its page is painted. */
export function windowOptions({ preload, isDark, isForDevelopers }: WindowSurroundings) {
  return {
    // Under this name Electron keeps place, size and display mode.
    name: 'studio',
    windowStatePersistence: true,
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    // As behind the pictures (`--surface-0`), so that nothing flashes before the first paint.
    backgroundColor: isDark ? '#141414' : '#f4f4f4',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      // A dictionary would be fetched from the network.
      spellcheck: false,
      devTools: isForDevelopers,
    },
  };
}
