/**
 * What a person changes by hand, each act undoable, also after a restart.
 *
 * E1  An act and its entry in the log are written together or not at all.
 * E2  Undo gives back exactly what the act changed: images that had the label or tag before keep it.
 */
import type { Clock } from '#base/clock.ts';
import type { DatasetId, FileId } from '#base/ids.ts';
import type { Dataset, FolderLabels, LibraryStores } from '../ports/library.ts';
import type { SavedView } from '../ports/saved-views.ts';
import type { UndoEntry } from '../ports/undo.ts';
import { applyChange, type FileChange, fileChangeSchema } from './file-change.ts';

/** What was done or taken back: in words, and as the change that was carried out. */
export interface Carried {
  readonly summary: string;
  readonly change: FileChange;
}

export class Edits {
  readonly #stores: LibraryStores;
  readonly #clock: Clock;

  constructor(stores: LibraryStores, clock: Clock) {
    this.#stores = stores;
    this.#clock = clock;
  }

  /** @param label null: back to the folder's. @returns how many of the files hold an image, and so have it now. */
  setLabel(fileIds: readonly FileId[], label: string | null): number {
    const { files, images } = this.#stores.files.holding(fileIds);
    const words = label === null ? 'Gave back the folder’s label to' : `Labelled “${label}”:`;
    const change: FileChange = { kind: 'labels', labels: images.map((id) => [id, label]) };
    this.#act('file.setLabel', `${words} ${countOfFiles(files)}`, change);
    return files;
  }

  /** @returns how many of the files hold an image. */
  setTags(fileIds: readonly FileId[], add: readonly string[], remove: readonly string[]): number {
    const { files, images } = this.#stores.files.holding(fileIds);
    const pairs = (tags: readonly string[]) =>
      images.flatMap((id) => tags.map((tag) => [id, tag] as [typeof id, string]));
    const named = (tags: readonly string[]): string => tags.map((tag) => `“${tag}”`).join(', ');
    const words = [
      add.length > 0 ? `Tagged ${named(add)}` : '',
      remove.length > 0 ? `${add.length > 0 ? 'took' : 'Took'} away ${named(remove)}` : '',
    ].filter((part) => part !== '');
    const change: FileChange = { kind: 'tags', add: pairs(add), remove: pairs(remove) };
    this.#act('file.setTags', `${words.join(', ')}: ${countOfFiles(files)}`, change);
    return files;
  }

  /** Takes effect on files with the next look at the dataset's folders. */
  setFolderLabels(datasetId: DatasetId, choice: FolderLabels): void {
    const name = this.#stores.datasets.find(datasetId)?.name ?? '';
    const words = choice === 'never' ? 'Sub-folders are no labels' : 'Sub-folders are labels';
    this.#act('dataset.setFolderLabels', `${words} in “${name}”`, { kind: 'folderLabels', datasetId, choice });
  }

  /**
   * Puts a dataset out of sight, with all that is known of it.
   *
   * @param files how many it has, for those who read the log.
   * @throws KindredError `run.active`.
   */
  removeDataset({ id, name }: Dataset, files: number): void {
    const words = `Removed “${name}”: ${countOfFiles(files)}`;
    this.#act('dataset.remove', words, { kind: 'datasetRemoval', datasetId: id, isRemoved: true });
  }

  /** Keeps a view by its name, in place of one that has it. */
  saveView({ datasetId, name, settings }: SavedView): void {
    this.#act('view.save', `Kept the view “${name}”`, { kind: 'savedView', datasetId, name, settings });
  }

  removeView(datasetId: DatasetId, name: string): void {
    if (this.#stores.savedViews.find(datasetId, name) === null) return;
    this.#act('view.remove', `Removed the view “${name}”`, { kind: 'savedView', datasetId, name, settings: null });
  }

  peek(): { readonly undo: string | null; readonly redo: string | null } {
    const { undo } = this.#stores;
    return { undo: undo.nextUndo()?.summary ?? null, redo: undo.nextRedo()?.summary ?? null };
  }

  /** Takes back the newest act that stands; null when there is none. @throws KindredError `run.active`, as `redo`. */
  undo(): Carried | null {
    const { undo } = this.#stores;
    return this.#swap(undo.nextUndo(), (id, inverse) => undo.markUndone(id, inverse, this.#clock.wallMs()));
  }

  redo(): Carried | null {
    const { undo } = this.#stores;
    return this.#swap(undo.nextRedo(), (id, inverse) => undo.markDone(id, inverse));
  }

  #act(command: string, summary: string, change: FileChange): void {
    this.#stores.transaction(() => {
      const nowMs = this.#clock.wallMs();
      const inverse = applyChange(this.#stores, change, nowMs);
      if (isEmpty(inverse)) return;
      this.#stores.undo.add({ madeMs: nowMs, command, summary, inverse });
    });
  }

  #swap(entry: UndoEntry | null, mark: (id: number, inverse: FileChange) => void): Carried | null {
    if (entry === null) return null;
    const change = fileChangeSchema.parse(entry.inverse);
    this.#stores.transaction(() => mark(entry.id, applyChange(this.#stores, change, this.#clock.wallMs())));
    return { summary: entry.summary, change };
  }
}

function isEmpty(change: FileChange): boolean {
  if (change.kind === 'labels') return change.labels.length === 0;
  return change.kind === 'tags' && change.add.length + change.remove.length === 0;
}

function countOfFiles(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
}
