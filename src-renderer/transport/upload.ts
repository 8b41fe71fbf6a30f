/**
 * Sending files of a browser to the engine, which keeps them in the library's inbox: a page never learns real paths.
 * Files go one after the other, each retried when the engine was away; what has arrived is not sent again, also when the
 * same files are dropped another time.
 */
import type { Studio } from '../state/studio.svelte.ts';
import { counted } from '../state/wording.ts';

export interface UploadFile {
  readonly file: File;
  /** Path below what was dropped, separated by `/`. */
  readonly relativePath: string;
}

const TRIES = 20;
const RETRY_MS = 500;

/** Uploads a folder's files, then imports them as a dataset named after their first folder. */
export async function uploadFiles(studio: Studio, files: readonly UploadFile[]): Promise<void> {
  const name = files[0]?.relativePath.split('/')[0] ?? 'Dropped images';
  const progress = studio.beginUpload(`Uploading ${name}`);
  try {
    const batch = await batchOf(files);
    const here = await studio.ask((engine) => engine.dataset.uploaded({ batch }));
    const arrived = new Set(here?.relativePaths);
    for (const [index, { file, relativePath }] of files.entries()) {
      if (progress.isCancelled()) return;
      if (!arrived.has(relativePath.normalize('NFC'))) {
        await put(`/uploads/folder/${batch}`, file, studio.key, { 'x-kindred-path': encodeURIComponent(relativePath) });
      }
      progress.report((index + 1) / files.length, `${index + 1} of ${counted(files.length, 'file')}`);
    }
    await studio.ask((engine) => engine.dataset.importUpload({ batch, name }));
  } catch (error) {
    studio.notify(`The upload stopped: ${error instanceof Error ? error.message : String(error)}`, true);
  } finally {
    progress.end();
  }
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
      throw new Error(await response.text());
    } catch (error) {
      if (!(error instanceof TypeError) || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
