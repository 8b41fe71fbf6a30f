/**
 * What a person changes by hand, each act undoable, also after a restart.
 *
 * E1  An act and its entry in the log are written together or not at all.
 * E2  Undo gives back exactly what the act changed: images that had the label or tag before keep it.
 * E3  An act on many images holds up nobody; see acts-in-parts.ts.
 * E4  Acts, undoing and redoing are done one after the other.
 */
import type { Clock } from '#base/clock.ts';
import type { DatasetId, FileId, ImageId } from '#base/ids.ts';
import { isolated } from '#contract/isolated-name.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Dataset, FolderLabels, LibraryStores } from '../ports/library.ts';
import type { SavedView } from '../ports/saved-views.ts';
import type { ActWords, UndoEntry } from '../ports/undo.ts';
import { Turns } from '../turns.ts';
import { beginInParts, finishActs, PART_IMAGES, type ShareReport } from './acts-in-parts.ts';
import {
  applyChange,
  type FileChange,
  fileChangeSchema,
  isEmpty,
  type LabelChange,
  type TagChange,
} from './file-change.ts';

/** Files that are looked up at once: a millisecond. */
const LOOKED_UP = 1000;
/** Parts from which on an act is shown: half a second. */
const SHOWN_PARTS = 40;

/** What was done or taken back: in words, and as the change that was carried out, of many images the first part. */
export interface Carried {
  readonly summary: string;
  readonly change: FileChange;
}

/** Shows an act on many images while it is carried out; returns when `work` does, as it does. */
export type ShownWork = <T>(title: string, work: (report: ShareReport) => Promise<T>) => Promise<T>;

export class Edits {
  readonly #stores: LibraryStores;
  readonly #clock: Clock;
  readonly #shown: ShownWork;
  readonly #order = new OneAtATime();
  readonly #ending = new AbortController();

  constructor(stores: LibraryStores, clock: Clock, shown: ShownWork = (_, work) => work(() => {})) {
    this.#stores = stores;
    this.#clock = clock;
    this.#shown = shown;
  }

  /** @param label null: back to the folder's. @returns how many of the files hold an image, and so have it now. */
  setLabel(fileIds: readonly FileId[], label: string | null): Promise<number> {
    const words = label === null ? 'Gave back the folder’s label to' : `Labelled “${isolated(label)}”:`;
    const changeOf = (images: readonly ImageId[]): LabelChange => ({
      kind: 'labels',
      labels: images.map((id) => [id, label]),
    });
    return this.#actOn(fileIds, 'file.setLabel', words, changeOf);
  }

  /** What is to be added and taken away is taken away. @returns how many of the files hold an image. */
  setTags(fileIds: readonly FileId[], add: readonly string[], remove: readonly string[]): Promise<number> {
    const added = add.filter((tag) => !remove.includes(tag));
    const named = (tags: readonly string[]): string => tags.map((tag) => `“${isolated(tag)}”`).join(', ');
    const words = [
      added.length > 0 ? `Tagged ${named(added)}` : '',
      remove.length > 0 ? `${added.length > 0 ? 'took' : 'Took'} away ${named(remove)}` : '',
    ].filter((part) => part !== '');
    const changeOf = (images: readonly ImageId[]): TagChange => {
      const pairs = (tags: readonly string[]) =>
        images.flatMap((id) => tags.map((tag): [ImageId, string] => [id, tag]));
      return { kind: 'tags', add: pairs(added), remove: pairs(remove) };
    };
    return this.#actOn(fileIds, 'file.setTags', `${words.join(', ')}:`, changeOf);
  }

  /** Takes effect on files with the next look at the dataset's folders. */
  async setFolderLabels(datasetId: DatasetId, choice: FolderLabels): Promise<void> {
    const name = this.#stores.datasets.find(datasetId)?.name ?? '';
    const words = choice === 'never' ? 'Sub-folders are no labels' : 'Sub-folders are labels';
    await this.#act('dataset.setFolderLabels', `${words} in “${isolated(name)}”`, {
      kind: 'folderLabels',
      datasetId,
      choice,
    });
  }

  /**
   * Puts a dataset out of sight, with all that is known of it.
   *
   * @param files how many it has, for those who read the log.
   * @throws KindredError `run.active`.
   */
  async removeDataset({ id, name }: Dataset, files: number): Promise<void> {
    const words = `Removed “${isolated(name)}”: ${countOfFiles(files)}`;
    await this.#act('dataset.remove', words, { kind: 'datasetRemoval', datasetId: id, isRemoved: true });
  }

  /** Keeps a view by its name, in place of one that has it. */
  async saveView({ datasetId, name, settings }: SavedView): Promise<void> {
    await this.#act('view.save', `Kept the view “${isolated(name)}”`, { kind: 'savedView', datasetId, name, settings });
  }

  async removeView(datasetId: DatasetId, name: string): Promise<void> {
    if (this.#stores.savedViews.find(datasetId, name) === null) return;
    await this.#act('view.remove', `Removed the view “${isolated(name)}”`, {
      kind: 'savedView',
      datasetId,
      name,
      settings: null,
    });
  }

  /**
   * Settles on who answers about a dataset's images.
   *
   * @param encoder null: whichever is the newest that can. @param encoder.title in words.
   */
  async settleOnEncoder(
    { id, name }: Pick<Dataset, 'id' | 'name'>,
    encoder: { readonly key: string; readonly title: string } | null,
  ): Promise<void> {
    const key = encoder?.key ?? null;
    if (this.#stores.datasets.encoderChoice(id) === key) return;
    const words = `${encoder === null ? 'The newest encoder' : `“${encoder.title}”`} answers about “${isolated(name)}”`;
    await this.#act('dataset.settleOnEncoder', words, { kind: 'encoderChoice', datasetId: id, key });
  }

  peek(): { readonly undo: string | null; readonly redo: string | null } {
    const { undo } = this.#stores;
    return { undo: undo.nextUndo()?.summary ?? null, redo: undo.nextRedo()?.summary ?? null };
  }

  /** Takes back the newest act that stands; null when there is none. @throws KindredError `run.active`, as `redo`. */
  undo(): Promise<Carried | null> {
    return this.#inOrder(() => {
      const { undo } = this.#stores;
      const nowMs = this.#clock.wallMs();
      return this.#swap(undo.nextUndo(), nowMs, (id, inverse) => undo.markUndone(id, inverse, nowMs));
    });
  }

  redo(): Promise<Carried | null> {
    return this.#inOrder(() => {
      const { undo } = this.#stores;
      return this.#swap(undo.nextRedo(), null, (id, inverse) => undo.markDone(id, inverse));
    });
  }

  /** Carries out what an earlier process had begun. */
  finish(): Promise<void> {
    return this.#inOrder(() => Promise.resolve());
  }

  /** Stops between two parts of an act; who opens the library next goes on with it. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#order.run(() => Promise.resolve());
  }

  #actOn(
    fileIds: readonly FileId[],
    command: string,
    words: string,
    changeOf: (images: readonly ImageId[]) => LabelChange | TagChange,
  ): Promise<number> {
    return this.#inOrder(async () => {
      const { files, images } = await this.#holding(fileIds);
      const act = { madeMs: this.#clock.wallMs(), command, summary: `${words} ${countOfFiles(files)}` };
      if (images.length <= PART_IMAGES) this.#actAtOnce(act, changeOf(images));
      else {
        const parts = Math.ceil(images.length / PART_IMAGES);
        await this.#showing(act.summary, parts, (report) => this.#actInParts(act, images, changeOf, report));
      }
      return files;
    });
  }

  /** Noting takes about as long as carrying out. */
  async #actInParts(
    act: ActWords,
    images: readonly ImageId[],
    changeOf: (images: readonly ImageId[]) => LabelChange | TagChange,
    report: ShareReport,
  ): Promise<void> {
    const noted: ShareReport = (share) => report(share / 2);
    if (await beginInParts(this.#stores, act, images, changeOf, this.#ending.signal, noted)) {
      await this.#goOn((share) => report((1 + share) / 2));
    }
  }

  async #holding(fileIds: readonly FileId[]): Promise<{ readonly files: number; readonly images: readonly ImageId[] }> {
    const images = new Set<ImageId>();
    let files = 0;
    const turns = new Turns();
    for (let first = 0; first < fileIds.length; first += LOOKED_UP) {
      const some = this.#stores.files.holding(fileIds.slice(first, first + LOOKED_UP));
      files += some.files;
      for (const id of some.images) images.add(id);
      if (turns.isDue) await turns.next();
    }
    return { files, images: [...images] };
  }

  #act(command: string, summary: string, change: FileChange): Promise<void> {
    return this.#inOrder(async () => this.#actAtOnce({ madeMs: this.#clock.wallMs(), command, summary }, change));
  }

  #actAtOnce(act: ActWords, change: FileChange): void {
    this.#stores.transaction(() => {
      const inverse = applyChange(this.#stores, change, act.madeMs);
      if (!isEmpty(inverse)) this.#stores.undo.add({ ...act, inverse });
    });
  }

  /** @param undoneMs null: it stands again. */
  async #swap(
    entry: UndoEntry | null,
    undoneMs: number | null,
    mark: (id: number, inverse: FileChange) => void,
  ): Promise<Carried | null> {
    if (entry === null) return null;
    const { id, summary, parts } = entry;
    const { undo, transaction, inTurns } = this.#stores;
    if (parts === 0) {
      const change = fileChangeSchema.parse(entry.inverse);
      transaction(() => mark(id, applyChange(this.#stores, change, this.#clock.wallMs())));
      return { summary, change };
    }
    await inTurns([() => undo.parted.turnRound(id, undoneMs)]);
    const change = fileChangeSchema.parse(undo.parted.due()!.change);
    await this.#showing(`${undoneMs === null ? 'Redo' : 'Undo'}: ${summary}`, parts, (report) => this.#goOn(report));
    return { summary, change };
  }

  /** After what is under way. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    return this.#order.run(async () => {
      await this.#goOn();
      return work();
    });
  }

  #showing(title: string, parts: number, work: (report: ShareReport) => Promise<void>): Promise<void> {
    return parts < SHOWN_PARTS ? work(() => {}) : this.#shown(title, work);
  }

  #goOn(report?: ShareReport): Promise<void> {
    return finishActs(this.#stores, this.#ending.signal, report);
  }
}

function countOfFiles(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
}
