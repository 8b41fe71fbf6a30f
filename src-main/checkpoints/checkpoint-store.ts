/**
 * A run's checkpoints, in `runs/<id>/checkpoints`: the last two, the best, the final and the pinned ones are kept.
 *
 * The caller holds the run's lock while it writes; reading needs none. Which are marked stands in `marks.json`, replaced
 * by renaming; if that file is damaged nothing is removed until a mark is written again.
 */
import { mkdir, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import type { Checkpoint, CheckpointMark, CheckpointMeta, CheckpointStore } from '#training/ports.ts';
import {
  folderNameOf,
  readCheckpointFolder,
  readManifest,
  stepOfFolderName,
  writeCheckpointFolder,
} from './checkpoint-folder.ts';

const MARKS_FILE = 'marks.json';
const TEMPORARY = /^\.(new|old)-/;
const KEPT_NEWEST = 2;

type Marks = Readonly<Record<CheckpointMark, readonly number[]>>;
const noMarks: Marks = { best: [], final: [], pinned: [] };

export class CheckpointFolderStore implements CheckpointStore {
  readonly #folder: string;
  readonly #warn: (message: string) => void;

  /** @param warn takes a sentence about a checkpoint that was passed over. */
  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  /** Makes the folder and clears what a killed process left half-way. Call it with the run's lock held. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      if (TEMPORARY.test(name)) await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  readonly write = async (checkpoint: Checkpoint, marks: readonly CheckpointMark[]): Promise<{ sizeBytes: number }> => {
    const { step } = checkpoint.meta;
    try {
      const isThere = (await this.#steps()).includes(step);
      const sizeBytes = isThere
        ? 0
        : await writeCheckpointFolder(this.#folder, checkpoint, `.new-${step}-${process.pid}`);
      if (marks.length > 0) await this.#mark(step, marks);
      await this.#prune();
      return { sizeBytes };
    } catch (error) {
      throw await this.#explained(error, step);
    }
  };

  /** The newest that can be read; damaged ones are passed over with a warning. */
  readonly readNewest = async (): Promise<Checkpoint | null> => {
    for (const step of await this.#steps()) {
      try {
        return await this.read(step);
      } catch (error) {
        if (!isKindredError(error)) throw error;
        this.#warn(`${messageOf(error)} Going back to the one before it.`);
      }
    }
    return null;
  };

  /** @throws KindredError `checkpoint.missing`, `checkpoint.damaged`. */
  async read(step: number): Promise<Checkpoint> {
    if (!(await this.#steps()).includes(step)) {
      throw new KindredError('checkpoint.missing', `There is no checkpoint of step ${step} in ${this.#folder}.`, {
        step,
      });
    }
    return readCheckpointFolder(join(this.#folder, folderNameOf(step)));
  }

  /** Newest first; those whose manifest can't be read are left out. */
  readonly list = async (): Promise<readonly CheckpointMeta[]> => {
    const metas: CheckpointMeta[] = [];
    for (const step of await this.#steps()) {
      try {
        const { epoch, elapsedMs, metrics } = readManifest(join(this.#folder, folderNameOf(step)));
        metas.push({ step, epoch, elapsedMs, metrics });
      } catch (error) {
        if (!isKindredError(error)) throw error;
      }
    }
    return metas;
  };

  /** Steps of the checkpoints with a mark. */
  async marked(mark: CheckpointMark): Promise<readonly number[]> {
    return ((await this.#readMarks()) ?? noMarks)[mark];
  }

  /** Steps of complete checkpoints, newest first. */
  async #steps(): Promise<readonly number[]> {
    let names: string[];
    try {
      names = await readdir(this.#folder);
    } catch {
      return [];
    }
    return names
      .map(stepOfFolderName)
      .filter((step) => step !== null)
      .sort((a, b) => b - a);
  }

  async #mark(step: number, added: readonly CheckpointMark[]): Promise<void> {
    const before = (await this.#readMarks()) ?? noMarks;
    const marks: Marks = {
      best: added.includes('best') ? [step] : before.best,
      final: added.includes('final') ? [step] : before.final,
      pinned: added.includes('pinned') ? [...new Set([...before.pinned, step])] : before.pinned,
    };
    const temporary = join(this.#folder, `.new-marks-${process.pid}`);
    await writeFile(temporary, JSON.stringify(marks), { flush: true });
    await rename(temporary, join(this.#folder, MARKS_FILE));
  }

  /** null: there are marks, but they can't be read. */
  async #readMarks(): Promise<Marks | null> {
    let text: string;
    try {
      text = await readFile(join(this.#folder, MARKS_FILE), 'utf8');
    } catch {
      return noMarks;
    }
    try {
      const value: unknown = JSON.parse(text);
      return isMarks(value) ? value : null;
    } catch {
      return null;
    }
  }

  async #prune(): Promise<void> {
    const marks = await this.#readMarks();
    if (marks === null) return;
    const kept = new Set([...marks.best, ...marks.final, ...marks.pinned]);
    for (const step of (await this.#steps()).slice(KEPT_NEWEST)) {
      if (kept.has(step)) continue;
      const leaving = join(this.#folder, `.old-${step}-${process.pid}`);
      await rename(join(this.#folder, folderNameOf(step)), leaving);
      await rm(leaving, { recursive: true, force: true });
    }
  }

  async #explained(error: unknown, step: number): Promise<unknown> {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
    const [newest] = await this.#steps();
    const { bavail, bsize } = await statfs(this.#folder);
    const kept = newest === undefined ? 'There is no earlier checkpoint.' : `Checkpoint ${newest} is intact.`;
    const message = `The disk is full: the checkpoint of step ${step} could not be written to ${this.#folder} (${megabytes(bavail * bsize)} free). ${kept} Free some space, then resume the run.`;
    return new KindredError(
      'disk.full',
      message,
      { step, freeBytes: bavail * bsize, checkpointStep: newest ?? null },
      error,
    );
  }
}

function isMarks(value: unknown): value is Marks {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (['best', 'final', 'pinned'] as const).every((mark) => {
    const steps = fields.get(mark);
    return Array.isArray(steps) && steps.every((step) => Number.isSafeInteger(step));
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
