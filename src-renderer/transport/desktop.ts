/** What the desktop window adds to a browser's page; undefined in a browser. */
export interface Desktop {
  readonly pathOf: (file: File) => string;
  readonly chooseFolders: () => Promise<string[]>;
  readonly onOpenPaths: (take: (paths: string[]) => void) => void;
  readonly onCommand: (take: (command: string) => void) => void;
}

export const desktop = (globalThis as { kindredDesktop?: Desktop }).kindredDesktop;
