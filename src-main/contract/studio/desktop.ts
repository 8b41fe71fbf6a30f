/** What crosses between the desktop shell and its two neighbours: the engine it started, and the page it shows. */

/** One JSON object a line on the engine's standard output (`studio --json`). */
export type EngineLine =
  /** The address carries a launch code, worth one exchange. */
  | { readonly event: 'studio.ready'; readonly address: string }
  | ({ readonly event: 'studio.activity' } & Activity)
  | ({ readonly event: 'studio.runEnded' } & EndedRun)
  | { readonly event: 'command.failed'; readonly message: string };

export interface Activity {
  /** Runs that train or wait for their turn. */
  readonly runs: number;
  /** Other work that somebody waits for: images that are added, or decoded for a training. */
  readonly jobs: number;
  /** Of the run that trains, in [0, 1] and whole hundredths; null while its length is not known, or none trains. */
  readonly share: number | null;
}

export interface EndedRun {
  readonly name: string;
  /** How it ended, in a sentence. */
  readonly summary: string;
}

/** What the shell tells the page. */
export type DesktopMessage =
  /** Folders or files that somebody opened with Kindred, as absolute paths. */
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  /** An address `kindred://…`, as it came from outside. */
  | { readonly kind: 'link'; readonly link: string }
  /** An entry of the menu. */
  | { readonly kind: 'command'; readonly name: string };

/** What the preload script adds to the page; nothing else of the desktop reaches it. */
export interface Desktop {
  /** Absolute path of a dropped file or folder: a `File` of the page, which no word of the contract knows. */
  readonly pathOf: (file: { readonly name: string }) => string;
  readonly chooseFolders: () => Promise<string[]>;
  /** Messages from before the call come at once after it. */
  readonly onMessage: (take: (message: DesktopMessage) => void) => void;
}

/** Entries of the menu that are commands of the page, by its names for them. */
export const menuCommands = {
  file: [{ label: 'Add folders…', accelerator: 'CmdOrCtrl+O', name: 'dataset.add' }],
  go: [
    { label: 'Images', accelerator: 'CmdOrCtrl+1', name: 'go.images' },
    { label: 'Pairs', accelerator: 'CmdOrCtrl+2', name: 'go.pairs' },
    { label: 'Train', accelerator: 'CmdOrCtrl+3', name: 'go.train' },
    { label: 'Map', accelerator: 'CmdOrCtrl+4', name: 'go.map' },
    { label: 'All commands', accelerator: 'CmdOrCtrl+K', name: 'palette.open' },
  ],
  help: [{ label: 'Keyboard shortcuts', accelerator: 'F1', name: 'shortcuts.show' }],
} as const;
