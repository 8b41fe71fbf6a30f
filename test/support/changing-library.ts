/** A library on disk that changes at random as imports, people and commands change it, through the library's own stores. */
import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import { Edits } from '#application/editing/edits.ts';
import type { Dataset } from '#application/ports/library.ts';
import { systemClock } from '#base/clock.ts';
import type { DatasetId, FileId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import { LIBRARY_DATABASE, type OpenLibrary, openLibraryForWriting } from '#database/open-library.ts';
import { imageFacts } from './image-facts.ts';

const SPLITS = ['train', 'val', 'test', null] as const;
const LABELS = ['cat', 'dog', 'Žebra', null] as const;
const TAGS = ['night', 'blue', '2021', 'a,b'] as const;
const FOLDERS = ['', 'one', 'one/two', 'x_%'] as const;
const IMAGES = 40;

export class ChangingLibrary {
  readonly #random: RandomStream;
  readonly #folder: string;
  #library: OpenLibrary;
  #edits: Edits;
  readonly #fileIds: FileId[] = [];
  #made = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#random = new RandomStream(seed, 'changing library');
    this.#library = openLibraryForWriting(folder, 'test', 0);
    this.#edits = new Edits(this.#library.stores, systemClock);
    this.#import(20);
  }

  close(): void {
    this.#library.close();
  }

  /** One change. @returns what it was. */
  async change(): Promise<string> {
    const changes: Readonly<Record<string, () => unknown>> = {
      import: () => this.#import(1 + this.#below(8)),
      label: () => this.#edits.setLabel(this.#someFiles(), this.#below(3) === 0 ? null : `own ${this.#below(3)}`),
      tag: () => this.#edits.setTags(this.#someFiles(), [this.#pick(TAGS)], []),
      untag: () => this.#edits.setTags(this.#someFiles(), [], [this.#pick(TAGS)]),
      undo: () => this.#edits.undo(),
      redo: () => this.#edits.redo(),
      missing: () => this.#someFiles().forEach((id) => this.#library.stores.files.markMissing(id)),
      move: () => this.#someFiles().forEach((id) => this.#library.stores.files.replacePlace(id, this.#place())),
      replace: () =>
        this.#someFiles().forEach((id) => this.#library.stores.files.replace(id, this.#place(), this.#content())),
      removal: () => this.#removeDataset((dataset) => this.#erase(dataset)),
      'half a removal': () =>
        this.#removeDataset((dataset) => this.#library.stores.datasets.removed.giveUp(dataset.id)),
      hiding: () => this.#removeDataset((dataset) => this.#edits.removeDataset(dataset, 0)),
      reopening: () => {
        this.#library.close();
        this.#reopen();
      },
    };
    const name = this.#pick(Object.keys(changes));
    await changes[name]!();
    return name;
  }

  /** A tag for every file: no order of files changes by it. */
  async tagAll(): Promise<void> {
    await this.#edits.setTags(this.#fileIds, ['everywhere'], []);
  }

  /** The file, and every other that holds its image, is gone. */
  lose(fileId: number): void {
    const { files } = this.#library.stores;
    const { imageId } = files.find(fileId as FileId)!;
    for (const id of this.#fileIds) if (files.find(id)?.imageId === imageId) files.markMissing(id);
  }

  /** As the next to open a library with very many changes does. */
  forgetChanges(): void {
    this.#library.close();
    const database = new Sqlite(join(this.#folder, LIBRARY_DATABASE));
    database.exec('DELETE FROM file_changes');
    database.close();
    this.#reopen();
  }

  #import(count: number): void {
    const { stores } = this.#library;
    const datasets = stores.datasets.list();
    const isNew = datasets.length === 0 || (datasets.length < 3 && this.#below(4) === 0);
    const dataset = isNew ? stores.datasets.insert(`set ${this.#made++}`, 0) : this.#pick(datasets);
    stores.transaction(() => {
      for (let i = 0; i < count; i++) {
        this.#fileIds.push(stores.files.insert(dataset.id, this.#place(dataset.id), this.#content()));
      }
    });
  }

  #removeDataset(remove: (dataset: Dataset) => unknown): unknown {
    const datasets = this.#library.stores.datasets.list();
    return datasets.length > 1 ? remove(this.#pick(datasets)) : null;
  }

  #erase({ id }: Dataset): void {
    const { datasets } = this.#library.stores;
    datasets.removed.giveUp(id);
    for (let some = datasets.filesOf(id, null); some.length > 0; some = datasets.filesOf(id, null)) {
      for (const file of some) datasets.removeFile(file);
    }
    datasets.remove(id);
  }

  #reopen(): void {
    this.#library = openLibraryForWriting(this.#folder, 'test', 0);
    this.#edits = new Edits(this.#library.stores, systemClock);
  }

  #place(datasetId: DatasetId | null = null) {
    const { datasets } = this.#library.stores;
    const id = datasetId ?? this.#pick(datasets.list()).id;
    const folder = this.#pick(FOLDERS);
    const relativePath = `${folder}${folder === '' ? '' : '/'}IMG ${this.#made++}.png`;
    return {
      rootId: datasets.addRoot(id, `/${id}`).id,
      path: `/${id}/${relativePath}`,
      relativePath,
      sizeBytes: 1,
      modifiedMs: this.#below(5) === 0 ? null : this.#below(4),
      folderLabel: this.#pick(LABELS),
      folderTags: TAGS.filter(() => this.#below(4) === 0),
      split: this.#pick(SPLITS),
    };
  }

  #content() {
    if (this.#below(8) === 0) return { imageId: null, problem: { code: 'image.empty', message: 'empty' } };
    const i = this.#below(IMAGES);
    const quality = { brightness: (i % 11) / 10, contrast: 0.1, sharpness: 10 * (i % 13), entropyBits: i % 7 };
    const capturedAt = i % 5 === 0 ? null : `20${10 + (i % 4)}-0${1 + (i % 9)}-11T10:0${i % 7}:00`;
    const facts = {
      ...imageFacts(`image ${i}`),
      quality,
      capturedAt,
      widthPx: 16 * (i + 1),
      heightPx: 1 + 70 * (i % 20),
    };
    return { imageId: this.#library.stores.images.put(facts), problem: null };
  }

  #someFiles(): FileId[] {
    return Array.from({ length: 1 + this.#below(4) }, () => this.#pick(this.#fileIds)).filter(
      (id) => this.#library.stores.files.find(id) !== null,
    );
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  #below(count: number): number {
    return this.#random.below(count);
  }
}
