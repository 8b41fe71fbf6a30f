/** Files of what a browser lends with a drop, with their paths below what was dropped. */

/** The parts of a FileSystemFileEntry or FileSystemDirectoryEntry (File and Directory Entries API) that are read. */
export interface DroppedEntry {
  readonly isFile: boolean;
  /** From the drop's root, beginning with `/`. */
  readonly fullPath: string;
  readonly file: (give: (file: File) => void, refuse: (error: Error) => void) => void;
  readonly createReader: () => {
    /** At most a hundred at a time; an empty answer is the end. */
    readonly readEntries: (give: (part: readonly DroppedEntry[]) => void, refuse: (error: Error) => void) => void;
  };
}

export interface DroppedFile {
  readonly file: File;
  /** Path below what was dropped, separated by `/`. */
  readonly relativePath: string;
}

export interface Dropped {
  readonly files: readonly DroppedFile[];
  /** Paths of files and folders that can't be read: gone meanwhile, or not ours to read. */
  readonly unread: readonly string[];
}

/** What is lent may be there a moment later. */
const TRIES = 3;
const RETRY_MS = 200;

/** @param taken of each item its entry, or the file itself where the browser makes no entries of files. */
export async function readEntries(
  taken: readonly { readonly entry: DroppedEntry | null; readonly file: File | null }[],
): Promise<Dropped> {
  const files: DroppedFile[] = [];
  const unread: string[] = [];
  for (const { entry, file } of taken) {
    if (entry) await walk(entry, files, unread);
    else if (file) files.push({ file, relativePath: file.name });
  }
  return { files, unread };
}

async function walk(entry: DroppedEntry, files: DroppedFile[], unread: string[]): Promise<void> {
  const relativePath = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isFile) files.push({ file: await tried(() => fileOf(entry)), relativePath });
    else for (const child of await tried(() => childrenOf(entry))) await walk(child, files, unread);
  } catch {
    unread.push(relativePath);
  }
}

function fileOf(entry: DroppedEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(folder: DroppedEntry): Promise<readonly DroppedEntry[]> {
  const reader = folder.createReader();
  const children: DroppedEntry[] = [];
  for (;;) {
    const part = await new Promise<readonly DroppedEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return children;
    children.push(...part);
  }
}

async function tried<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
