/**
 * Sending files of a browser to the engine, which keeps them in the library's inbox: a page never learns real paths.
 * Files go one after the other, each retried when the engine was away; what has arrived is not sent again, also when the
 * same files are dropped another time.
 */
import { isSkippedFolder, kindOfName } from '../../src-main/contract/scan-rules.ts';
import type { Studio } from '../state/studio.svelte.ts';
import { counted } from '../state/wording.ts';

export interface UploadFile {
  readonly file: File;
  /** Path below what was dropped, separated by `/`. */
  readonly relativePath: string;
}

const TRIES = 20;
const RETRY_MS = 500;

/** What the engine says of a file that it does not take; others may well be taken. */
class RefusedFile extends Error {}
const REFUSALS = new Set([413, 422]);

/**
 * Uploads what may be a picture by its name, then imports it as a dataset named after its first folder. A file that is
 * refused is left out, and told.
 */
export async function uploadFiles(studio: Studio, dropped: readonly UploadFile[]): Promise<void> {
  const files = dropped.filter(({ relativePath }) => isLookedAt(relativePath));
  if (files.length === 0) return studio.notify('There is no picture among what was dropped.', true);
  const name = files[0]!.relativePath.split('/')[0]!;
  const progress = studio.beginUpload(`Uploading ${name}`);
  const refused: string[] = [];
  try {
    const batch = await batchOf(files);
    const here = await studio.ask((engine) => engine.dataset.uploaded({ batch }));
    const arrived = new Set(here?.relativePaths);
    for (const [index, { file, relativePath }] of files.entries()) {
      if (progress.isCancelled()) return;
      if (!arrived.has(relativePath.normalize('NFC'))) {
        const headers = { 'x-kindred-path': encodeURIComponent(relativePath) };
        await put(`/uploads/folder/${batch}`, file, studio.key, headers).catch((error: unknown) => {
          if (!(error instanceof RefusedFile)) throw error;
          refused.push(`${relativePath} (${error.message})`);
        });
      }
      progress.report((index + 1) / files.length, `${index + 1} of ${counted(files.length, 'file')}`);
    }
    if (refused.length > 0)
      studio.notify(`${counted(refused.length, 'file was', 'files were')} not taken, the first: ${refused[0]}`, true);
    if (refused.length < files.length) await studio.ask((engine) => engine.dataset.importUpload({ batch, name }));
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
      if (!(error instanceof TypeError) || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
