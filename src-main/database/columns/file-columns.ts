/** What filters and counts ask of files, a column a question; a file that is gone keeps its row with the state `gone`. */
import { Dictionary } from './dictionary.ts';
import { rowOfId, withRoom } from './sorted-rows.ts';
import { TagSets } from './tag-sets.ts';

/** Codes of states; 0 stands for a row that is no more. */
export const STATES = ['gone', 'present', 'missing', 'problem'] as const;
export const GONE = 0;
export const PRESENT = 1;
/** Codes of splits. */
export const SPLITS = ['', 'train', 'val', 'test'] as const;

/** A file as it stands in the columns. */
export interface FileValues {
  readonly id: number;
  readonly datasetId: number;
  readonly state: string;
  readonly label: string | null;
  readonly split: string | null;
  /** Row of its image, −1 without one. */
  readonly imageRow: number;
  readonly modifiedMs: number | null;
  readonly hasFolderLabel: boolean;
  readonly relativePath: string;
}

export class FileColumns {
  count = 0;
  id = new Int32Array(0);
  dataset = new Int32Array(0);
  state = new Uint8Array(0);
  split = new Uint8Array(0);
  hasFolderLabel = new Uint8Array(0);
  /** Code in `labels`; the empty text stands for none. */
  label = new Uint32Array(0);
  /** Code in `folders`: the folder of the relative path. */
  folder = new Uint32Array(0);
  /** Code in `tagSets`: tags of the file or its image. */
  tags = new Uint32Array(0);
  image = new Int32Array(0);
  /** −∞: not known. */
  modifiedMs = new Float64Array(0);
  readonly labels: Dictionary;
  readonly folders: Dictionary;
  readonly tagSets: TagSets;

  constructor(labels: readonly string[] = [''], folders: readonly string[] = [''], tagSets: readonly string[] = ['']) {
    this.labels = new Dictionary(labels);
    this.folders = new Dictionary(folders);
    this.tagSets = new TagSets(tagSets);
  }

  rowOf(fileId: number): number {
    return rowOfId(this.id, this.count, fileId);
  }

  makeRoom(count: number): void {
    this.id = withRoom(this.id, count);
    this.dataset = withRoom(this.dataset, count);
    this.state = withRoom(this.state, count);
    this.split = withRoom(this.split, count);
    this.hasFolderLabel = withRoom(this.hasFolderLabel, count);
    this.label = withRoom(this.label, count);
    this.folder = withRoom(this.folder, count);
    this.tags = withRoom(this.tags, count);
    this.image = withRoom(this.image, count);
    this.modifiedMs = withRoom(this.modifiedMs, count);
  }

  /** Writes a file into its row, or behind the last one when it is new; its tags are set by `setTags`. */
  put(values: FileValues): void {
    let row = this.rowOf(values.id);
    if (row < 0) {
      if (this.count > 0 && this.id[this.count - 1]! > values.id) throw new Error(`File #${values.id} comes too late.`);
      row = this.count++;
      this.makeRoom(this.count);
      this.id[row] = values.id;
    }
    this.dataset[row] = values.datasetId;
    this.state[row] = STATES.indexOf(values.state as (typeof STATES)[number]);
    this.split[row] = SPLITS.indexOf((values.split ?? '') as (typeof SPLITS)[number]);
    this.hasFolderLabel[row] = values.hasFolderLabel ? 1 : 0;
    this.label[row] = this.labels.codeOf(values.label ?? '');
    this.folder[row] = this.folders.codeOf(folderOf(values.relativePath));
    this.tags[row] = 0;
    this.image[row] = values.imageRow;
    this.modifiedMs[row] = values.modifiedMs ?? Number.NEGATIVE_INFINITY;
  }

  /** @param tagIds ascending, separated by commas. */
  setTags(fileId: number, tagIds: string): void {
    const row = this.rowOf(fileId);
    if (row >= 0) this.tags[row] = this.tagSets.codeOf(tagIds);
  }

  remove(fileId: number): void {
    const row = this.rowOf(fileId);
    if (row >= 0) this.state[row] = GONE;
  }
}

/** Without its slash; '' for a file in the root. */
function folderOf(relativePath: string): string {
  const slash = relativePath.lastIndexOf('/');
  return slash < 0 ? '' : relativePath.slice(0, slash);
}
