/**
 * Sending files of a browser to the engine, which keeps them in the library's inbox: a page never learns real paths.
 * Files go one after the other, each retried when the engine was away; what has arrived is not sent again, also when the
 * same files are dropped another time, and what has not changed since an earlier drop is not sent either. A file that
 * can't be taken is left out and told; only an engine that stays away or a full disk ends an upload.
 */
import type { ContractRouterClient } from '@orpc/contract';
import { isolated } from '../../src-main/contract/isolated-name.ts';
import { isSkippedFolder, kindOfName } from '../../src-main/contract/scan-rules.ts';
import type { StudioContract } from '../../src-main/contract/studio/studio-contract.ts';
import {
  LEFT_OUT_HEADER,
  type LeftOutReason,
  MAX_UPLOAD_BYTES,
  MODIFIED_HEADER,
  PATH_HEADER,
  SAME_AS_HEADER,
} from '../../src-main/contract/uploads.ts';
import { counted } from '../state/wording.ts';

export interface UploadFile {
  readonly file: File;
  /** Path below what was dropped, separated by `/`. */
  readonly relativePath: string;
}

/** What an upload needs of the studio's state. */
export interface UploadingStudio {
  readonly key: string;
  readonly notify: (text: string, isError?: boolean) => void;
  readonly beginUpload: (title: string) => {
    readonly report: (share: number, detail: string) => void;
    readonly isCancelled: () => boolean;
    readonly end: () => void;
  };
  readonly ask: Ask;
  readonly addImages: Ask;
}

type Ask = <T>(
  call: (engine: {
    readonly dataset: Pick<ContractRouterClient<StudioContract>['dataset'], 'uploaded' | 'importUpload'>;
  }) => Promise<T>,
) => Promise<T | null>;

/** Of a folder that is new, what has arrived is shown after so many files, and each time there are so many times as many. */
const SHOWN = { first: 100, factor: 4 };
const TRIES = 20;
const RETRY_MS = 500;

/** What the engine says of a file that it does not take; others may well be taken. */
class RefusedFile extends Error {}
const REFUSALS = new Set([404, 413, 422]);
/** The browser can't read it any more: it was changed, moved or deleted since the drop. */
class UnreadableFile extends Error {
  override readonly message = 'it could not be read any more';
}

/**
 * Uploads what may be a picture by its name, then imports it as a dataset named after its first folder, or as the newer
 * state of an earlier upload.
 */
export async function uploadFiles(studio: UploadingStudio, dropped: readonly UploadFile[]): Promise<void> {
  const files = dropped.filter(({ relativePath }) => isLookedAt(relativePath));
  if (files.length === 0) return studio.notify('There is no picture among what was dropped.', true);
  const name = files[0]!.relativePath.split('/')[0]!.slice(0, 200);
  const progress = studio.beginUpload(`Uploading ${isolated(name)}`);
  const refused: string[] = [];
  try {
    const batch = await batchOf(files);
    const here = await studio.ask((engine) => engine.dataset.uploaded({ batch, name }));
    const arrived = new Set(here?.relativePaths);
    const earlier = new Map(here?.earlier.map((one) => [one.relativePath, one]));
    let [toShow, shown] = [SHOWN.first, 0];
    for (const [index, one] of files.entries()) {
      if (progress.isCancelled()) return;
      if (index === toShow && earlier.size === 0) {
        [toShow, shown] = [toShow * SHOWN.factor, index];
        await studio.addImages((engine) => engine.dataset.importUpload({ batch, name, isPartial: true }));
      }
      const path = one.relativePath.normalize('NFC');
      if (!arrived.has(path)) {
        const reason = await sendFile(studio.key, batch, one, sameAs(one, earlier.get(path)));
        if (reason !== null) refused.push(`${isolated(one.relativePath)} (${reason})`);
      }
      progress.report((index + 1) / files.length, `${index + 1} of ${counted(files.length, 'file')}`);
    }
    if (refused.length > 0)
      studio.notify(`${counted(refused.length, 'file was', 'files were')} not taken, the first: ${refused[0]}`, true);
    await studio.addImages((engine) => engine.dataset.importUpload({ batch, name, shown }));
  } catch (error) {
    studio.notify(`The upload stopped: ${error instanceof Error ? error.message : String(error)}`, true);
  } finally {
    progress.end();
  }
}

/** As a folder on disk is looked at: nothing hidden, no folder of previews, no file that is no picture by its name. */
function isLookedAt(relativePath: string): boolean {
  const parts = relativePath.split('/');
  const name = parts.pop()!;
  return kindOfName(name) !== 'none' && !parts.slice(1).some(isSkippedFolder);
}

interface EarlierFile {
  readonly sameAs: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The same size and time of change: the bytes are taken to be the same. */
function sameAs({ file }: UploadFile, earlier: EarlierFile | undefined): string | null {
  const isSame = earlier?.sizeBytes === file.size && earlier.modifiedMs === file.lastModified;
  return isSame ? earlier.sameAs : null;
}

/**
 * Sends a file, or only that it is there when its bytes are not needed or can't be had.
 * @returns why it was not taken; null when all is well, also for a picture of a format that nothing here reads.
 */
async function sendFile(key: string, batch: string, one: UploadFile, same: string | null): Promise<string | null> {
  const { file, relativePath } = one;
  const url = `/uploads/folder/${batch}`;
  const headers = {
    [PATH_HEADER]: encodeURIComponent(relativePath.toWellFormed()),
    [MODIFIED_HEADER]: String(file.lastModified),
  };
  const name = async (more: Record<string, string>): Promise<unknown> =>
    put(url, new Blob([]), key, { ...headers, ...more });
  const leaveOut = (reason: LeftOutReason): Promise<unknown> => name({ [LEFT_OUT_HEADER]: reason });
  if (kindOfName(relativePath.split('/').at(-1)!) === 'otherPicture') {
    await leaveOut('unsupported');
    return null;
  }
  if (file.size > MAX_UPLOAD_BYTES) {
    await leaveOut('tooLarge');
    return 'it is larger than 512 MB';
  }
  const isKept = same !== null && (await name({ [SAME_AS_HEADER]: same }).then(() => true, unlessRefused));
  if (isKept) return null;
  try {
    await put(url, file, key, headers);
    return null;
  } catch (error) {
    if (error instanceof RefusedFile) return error.message;
    if (!(error instanceof UnreadableFile)) throw error;
    await leaveOut('unreadable');
    return error.message;
  }
}

function unlessRefused(error: unknown): false {
  if (error instanceof RefusedFile) return false;
  throw error;
}

/** The name the engine keeps these files under: the same for the same files, by their paths, sizes and times. */
async function batchOf(files: readonly UploadFile[]): Promise<string> {
  const lines = files.map(({ file, relativePath }) => JSON.stringify([relativePath, file.size, file.lastModified]));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(lines.toSorted().join('\n')));
  const bytes = new Uint8Array(digest).subarray(0, 16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends one picture to search with. Returns its upload id. @throws when the engine refuses it. */
export async function uploadQuery(file: Blob, key: string): Promise<string> {
  const response = await put('/uploads/query', file, key, {});
  return ((await response.json()) as { uploadId: string }).uploadId;
}

async function put(url: string, body: Blob, key: string, headers: Record<string, string>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { method: 'PUT', body, headers: { 'x-kindred-key': key, ...headers } });
      if (response.ok) return response;
      const text = await response.text();
      throw REFUSALS.has(response.status) ? new RefusedFile(text) : new Error(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (!(await isReadable(body))) throw new UnreadableFile();
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** A request fails in the same way when the engine is away and when the file is. */
async function isReadable(body: Blob): Promise<boolean> {
  try {
    await body.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
