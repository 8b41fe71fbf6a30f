import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FolderWatcher } from '#application/ports/images.ts';
import type { DatasetId } from '#base/ids.ts';
import { WatchedFolders } from '#hosts/engine/watched-folders.ts';

const moths = 1 as DatasetId;
const flags = 2 as DatasetId;

/** A watcher whose changes a test makes. */
class InMemoryWatcher implements FolderWatcher {
  readonly watched = new Map<string, { readonly onChange: () => void; readonly onGone: () => void }>();
  readonly refuses = new Set<string>();

  async watch(folder: string, onChange: () => void, onGone: () => void): Promise<() => Promise<void>> {
    if (this.refuses.has(folder)) throw new Error('no more watches');
    this.watched.set(folder, { onChange, onGone });
    return async () => void this.watched.delete(folder);
  }
}

let watcher: InMemoryWatcher;
let folders: Map<string, DatasetId>;
let looks: DatasetId[];
let takesMs: number;
let unwatched: string[];
let watching: WatchedFolders;

beforeEach(async () => {
  vi.useFakeTimers();
  watcher = new InMemoryWatcher();
  folders = new Map([
    ['/moths', moths],
    ['/flags', flags],
  ]);
  [looks, unwatched, takesMs] = [[], [], 0];
  watching = new WatchedFolders({
    watcher,
    folders: () => folders,
    lookAgain: (id) => {
      looks.push(id);
      return new Promise((resolve) => setTimeout(resolve, takesMs));
    },
    onUnwatched: (folder) => unwatched.push(folder),
  });
  watching.refresh();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(async () => {
  await watching.close();
  vi.useRealTimers();
});

const change = (folder: string): void => watcher.watched.get(folder)!.onChange();

describe('WatchedFolders', () => {
  it('looks once at the data set whose folder changed, when it has come to rest', async () => {
    for (let i = 0; i < 5; i++) {
      change('/moths');
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(looks).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(looks).toEqual([moths]);
  });

  it('does not wait for ever for a folder that never rests', async () => {
    for (let i = 0; i < 20; i++) {
      change('/moths');
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(looks).toEqual([moths]);
  });

  it('looks again after a change under a look, at the pace that looking takes', async () => {
    takesMs = 10_000;
    change('/moths');
    await vi.advanceTimersByTimeAsync(2000);
    change('/moths');
    await vi.advanceTimersByTimeAsync(18_000);
    expect(looks).toEqual([moths]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(looks).toEqual([moths, moths]);
  });

  it('follows the data sets: what came is watched, what went is not', async () => {
    folders.delete('/moths');
    folders.set('/new', moths);
    watching.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect([...watcher.watched.keys()].toSorted()).toEqual(['/flags', '/new']);
  });

  it('says once that a folder can’t be watched, and tries again when data sets change', async () => {
    folders.set('/new', moths);
    watcher.refuses.add('/new');
    for (let i = 0; i < 2; i++) {
      watching.refresh();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(unwatched).toEqual(['/new']);
    watcher.refuses.clear();
    watching.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(watcher.watched.has('/new')).toBe(true);
  });

  it('watches a folder anew that went and came back', async () => {
    watcher.watched.get('/moths')!.onGone();
    await vi.advanceTimersByTimeAsync(0);
    expect(watcher.watched.has('/moths')).toBe(false);
    watching.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(watcher.watched.has('/moths')).toBe(true);
  });

  it('is silent once closed', async () => {
    change('/moths');
    await watching.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toEqual([]);
    expect(watcher.watched.size).toBe(0);
  });
});
