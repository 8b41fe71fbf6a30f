/**
 * Keeps data sets in step with their folders: those that were added by their path are watched while the engine runs, and
 * a data set is looked at again once its folders have come to rest.
 *
 *   at rest ──change──▶ waiting ──quiet for long enough, or waited too long──▶ looking ──▶ at rest, or waiting again
 *
 * Looking again takes a look at every file. It waits at least as long as it took the last time, so that a folder that
 * changes all the time takes at most half of the time.
 */
import type { FolderWatcher } from '#application/ports/images.ts';
import type { DatasetId } from '#base/ids.ts';

const QUIET_MS = 1500;
/** In times of the quiet that is waited for. */
const MOST_WAITS = 10;

export interface WatchedFoldersPorts {
  readonly watcher: FolderWatcher;
  /** Folders to watch now, each with its data set. */
  readonly folders: () => ReadonlyMap<string, DatasetId>;
  /** Resolves when the data set has been looked at again, or that has failed and been told. */
  readonly lookAgain: (id: DatasetId) => Promise<void>;
  /** A folder that is there can't be watched. */
  readonly onUnwatched: (folder: string, error: unknown) => void;
}

interface Waiting {
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
}

export class WatchedFolders {
  readonly #ports: WatchedFoldersPorts;
  readonly #watched = new Map<string, Promise<() => Promise<void>>>();
  readonly #refused = new Set<string>();
  readonly #waiting = new Map<DatasetId, Waiting>();
  readonly #looking = new Set<DatasetId>();
  readonly #changedMeanwhile = new Set<DatasetId>();
  readonly #tookMs = new Map<DatasetId, number>();
  #isClosed = false;

  constructor(ports: WatchedFoldersPorts) {
    this.#ports = ports;
  }

  /** Watches what came among the folders, and no more what went. */
  refresh(): void {
    if (this.#isClosed) return;
    const folders = this.#ports.folders();
    for (const folder of folders.keys()) if (!this.#watched.has(folder)) this.#watch(folder);
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) void this.#leave(folder);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    await Promise.all([...this.#watched.keys()].map((folder) => this.#leave(folder)));
  }

  #watch(folder: string): void {
    const changed = (): void => {
      const id = this.#ports.folders().get(folder);
      if (id !== undefined && this.#watched.has(folder)) this.#changed(id);
    };
    const begun = this.#ports.watcher.watch(folder, changed, () => void this.#leave(folder));
    this.#watched.set(folder, begun);
    begun.then(
      () => this.#refused.delete(folder),
      (error: unknown) => {
        this.#watched.delete(folder);
        // Said once; tried again whenever data sets change.
        if (!this.#refused.has(folder)) this.#ports.onUnwatched(folder, error);
        this.#refused.add(folder);
      },
    );
  }

  async #leave(folder: string): Promise<void> {
    const begun = this.#watched.get(folder);
    this.#watched.delete(folder);
    try {
      await (
        await begun
      )?.();
    } catch {
      // It was not watched, or its folder is gone: there is nothing to stop.
    }
  }

  #changed(id: DatasetId): void {
    if (this.#isClosed) return;
    if (this.#looking.has(id)) {
      this.#changedMeanwhile.add(id);
      return;
    }
    const nowMs = performance.now();
    const before = this.#waiting.get(id);
    const sinceMs = before?.sinceMs ?? nowMs;
    clearTimeout(before?.timer);
    const quietMs = Math.max(QUIET_MS, this.#tookMs.get(id) ?? 0);
    const waitMs = Math.max(0, Math.min(quietMs, sinceMs + MOST_WAITS * quietMs - nowMs));
    this.#waiting.set(id, { sinceMs, timer: setTimeout(() => void this.#look(id), waitMs) });
  }

  async #look(id: DatasetId): Promise<void> {
    this.#waiting.delete(id);
    this.#looking.add(id);
    const begunMs = performance.now();
    try {
      await this.#ports.lookAgain(id);
    } finally {
      this.#tookMs.set(id, performance.now() - begunMs);
      this.#looking.delete(id);
      if (this.#changedMeanwhile.delete(id)) this.#changed(id);
    }
  }
}
