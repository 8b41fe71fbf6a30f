import type { FileId, ImageId } from '#base/ids.ts';
import type { DescribeResult } from '../ports/images.ts';
import type { DatasetId } from '#base/ids.ts';
import type { FileContent, KnownFile, LibraryStores } from '../ports/library.ts';
import type { FileToDescribe, ImportPlan } from './compare-scan.ts';

/** What an import found, in files; the first five add up to the files seen and gone. */
export interface ImportCounts {
  readonly new: number;
  readonly changed: number;
  readonly moved: number;
  readonly unchanged: number;
  /** Bytes changed, pixels not: tags and labels of the old image were given to the new one. Among `changed`. */
  readonly carriedOver: number;
}

/** Writes what an import finds into the library, and counts it. What it writes, or gives as writes, belongs inside transactions. */
export class FileRecorder {
  readonly #stores: LibraryStores;
  readonly #datasetId: DatasetId;
  /** Files that are not where they were, by the image they held: where it turns up, it has moved. */
  readonly #goneByImage = new Map<ImageId, KnownFile[]>();
  readonly #gone = new Set<FileId>();
  readonly #counts: { -readonly [Name in keyof ImportCounts]: number };

  constructor(stores: LibraryStores, datasetId: DatasetId, plan: ImportPlan) {
    this.#stores = stores;
    this.#datasetId = datasetId;
    this.#counts = { new: 0, changed: 0, moved: 0, unchanged: plan.unchanged, carriedOver: 0 };
    for (const known of plan.gone) {
      this.#gone.add(known.id);
      if (known.imageId === null) continue;
      const others = this.#goneByImage.get(known.imageId);
      if (others === undefined) this.#goneByImage.set(known.imageId, [known]);
      else others.push(known);
    }
  }

  get counts(): ImportCounts {
    return { ...this.#counts };
  }

  /** Files whose bytes are known, and paths that can't be used. */
  *known(plan: ImportPlan): Generator<() => void> {
    for (const { fileId, place } of plan.toReplace) yield () => this.#stores.files.replacePlace(fileId, place);
    for (const { place, problem, known } of plan.problems)
      yield () => this.#record({ place, known }, { imageId: null, problem });
  }

  recordDescribed(file: FileToDescribe, result: DescribeResult): void {
    if ('problem' in result) this.#record(file, { imageId: null, problem: result.problem });
    else {
      const { descriptor: _, ...facts } = result.facts;
      const imageId = this.#stores.images.put(facts);
      this.#carryOver(file.known, imageId, facts.pixelHash);
      this.#record(file, { imageId, problem: null });
    }
  }

  /** Files that turned up nowhere. */
  *gone(): Generator<() => void> {
    for (const fileId of this.#gone) yield () => this.#stores.files.markMissing(fileId);
  }

  #record(file: FileToDescribe, content: FileContent): void {
    const { files } = this.#stores;
    const { place, known } = file;
    if (known !== null) {
      const isSame = content.problem === null ? known.imageId === content.imageId : known.state === 'problem';
      this.#counts[isSame ? 'unchanged' : 'changed']++;
      files.replace(known.id, place, content);
      return;
    }
    const moved = content.imageId === null ? undefined : this.#goneByImage.get(content.imageId)?.shift();
    if (moved === undefined) {
      this.#counts.new++;
      files.insert(this.#datasetId, place, content);
    } else {
      this.#counts.moved++;
      this.#gone.delete(moved.id);
      files.replace(moved.id, place, content);
    }
  }

  #carryOver(known: KnownFile | null, imageId: ImageId, pixelHash: string): void {
    if (known?.imageId === null || known?.imageId === undefined || known.imageId === imageId) return;
    const before = this.#stores.images.find(known.imageId);
    if (before?.pixelHash !== pixelHash) return;
    this.#stores.images.carryOver(before.id, imageId);
    this.#counts.carriedOver++;
  }
}
