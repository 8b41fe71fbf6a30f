/** Imports of the studio: jobs, one at a time, telling every face when there are more files to show. */
import {
  importFolders,
  type ImportProgress,
  type ImportRequest,
  type ImportResult,
} from '#application/import-folders.ts';
import type { Dataset } from '#application/ports/library.ts';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isolated } from '#contract/isolated-name.ts';
import type { JobWork } from './job-list.ts';
import type { StudioSession } from './studio-session.ts';
import { type UploadedFolder, uploadRequest } from './upload-imports.ts';

/** Faces ask for their list again at most this often while files come in. */
const TELL_FILES_EVERY_MS = 1000;

/** What is to be imported. Where an uploaded folder goes is found out when its turn comes. */
export type AskedImport = Omit<ImportRequest, 'instead'> | UploadedFolder;

const askedSchema = z.union([
  z.object({ folders: z.array(z.string()).min(1), name: z.string().nullable() }),
  z.object({ batch: z.string(), name: z.string() }),
]) satisfies z.ZodType<AskedImport>;

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** Starts an import, or queues it behind the one that works. @returns the job's id. */
export function startImport(session: StudioSession, title: string, asked: AskedImport): string {
  return session.jobs.start('import', title, async (tools) => closingWords(await runImport(session, asked, tools)));
}

/** As `startImport`, of a folder that a browser sends; see `importUpload` of the contract. @returns the job's id. */
export function startUploadImport(
  session: StudioSession,
  { batch, name, isPartial, shown }: UploadedFolder & { readonly isPartial: boolean; readonly shown: number },
): string {
  return session.jobs.start('import', `Adding ${isolated(name)}`, async (tools) => {
    const result = await runImport(session, { batch, name }, tools);
    return isPartial ? null : closingWords({ ...result, new: result.new + shown });
  });
}

/** Looks again at all folders of a dataset because something changed there; says only what is new. */
export function lookAgain(session: StudioSession, dataset: Dataset): Promise<void> {
  return new Promise((resolve) => {
    session.jobs.start('import', `Looking at ${isolated(dataset.name)}, which has changed`, async (tools) => {
      try {
        const result = await runImport(session, requestFor(dataset), tools);
        return result.new + result.changed + result.moved > 0 ? closingWords(result) : null;
      } finally {
        resolve();
      }
    });
  });
}

export function requestFor({ name, roots }: Dataset): ImportRequest {
  return { name, folders: roots.map(({ path }) => path) };
}

/** Goes on with imports that an end of the engine cut off; what somebody stopped stays as it is. */
export function takeUpImports(session: StudioSession): void {
  const folder = session.wiring.layout.imports;
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const asked = readAsked(path);
    rmSync(path, { force: true });
    if (asked !== null) startImport(session, 'Going on with adding images', asked);
  }
}

function readAsked(path: string): AskedImport | null {
  try {
    return askedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** On disk from when an import is asked for until it ends or somebody stops it. @returns forgets it. */
function noteImport(session: StudioSession, asked: AskedImport): () => void {
  const folder = session.wiring.layout.imports;
  const path = join(folder, `${randomUUID()}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, JSON.stringify(asked));
  return () => rmSync(path, { force: true });
}

async function runImport(session: StudioSession, asked: AskedImport, tools: JobWork): Promise<ImportResult> {
  const forget = noteImport(session, asked);
  try {
    return await importNow(session, asked, tools);
  } finally {
    if (!session.isClosing) forget();
  }
}

function importNow(session: StudioSession, asked: AskedImport, { signal, report }: JobWork): Promise<ImportResult> {
  return session.imports.run(async () => {
    report(null, 'Looking for images');
    const request = 'batch' in asked ? uploadRequest(session, asked) : asked;
    const growth = new Growth(session, request);
    const tell = teller(session, report);
    const onProgress = (progress: ImportProgress): void => {
      growth.begin();
      tell(progress);
    };
    try {
      const result = await importFolders(await session.importPorts(), request, onProgress, signal);
      session.changed('datasets', 'files');
      if (result.new + result.changed > 0) session.embeddings.lookAtNew(result.dataset.id);
      return result;
    } finally {
      growth.end();
    }
  });
}

/** Says of the dataset of an import that it grows, and that it can be watched, from when it is there. */
class Growth {
  readonly #session: StudioSession;
  readonly #request: ImportRequest;
  #end: (() => void) | null = null;

  constructor(session: StudioSession, request: ImportRequest) {
    this.#session = session;
    this.#request = request;
  }

  begin(): void {
    if (this.#end !== null) return;
    const { growing, stores, watched } = this.#session;
    const { name, folders } = this.#request;
    const dataset = name === null ? stores.datasets.findByRoot(resolve(folders[0]!)) : stores.datasets.findByName(name);
    this.#end = dataset === null ? () => {} : growing.begin(dataset.id);
    // From the beginning: what changes under an import is seen too.
    watched.refresh();
  }

  end(): void {
    this.#end?.();
  }
}

function teller(
  session: StudioSession,
  report: (share: number | null, detail: string) => void,
): (progress: ImportProgress) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (progress.phase === 'scanning') return report(null, `${counted(progress.found, 'file')} found`);
    const { done, total, problems } = progress;
    const trouble = problems === 0 ? '' : `, ${counted(problems, 'problem')}`;
    report(total === 0 ? 1 : done / total, `${done.toLocaleString('en')} of ${counted(total, 'file')}${trouble}`);
    if (performance.now() - toldMs < TELL_FILES_EVERY_MS) return;
    toldMs = performance.now();
    session.changed('files');
  };
}

function closingWords({ dataset, new: added, changed, missing, problems }: ImportResult): string {
  const parts = [
    added > 0 ? `${counted(added, 'new file')}` : '',
    changed > 0 ? `${counted(changed, 'changed file')}` : '',
    missing > 0 ? `${counted(missing, 'missing file')}` : '',
    problems > 0 ? `${counted(problems, 'file')} with a problem` : '',
  ].filter((part) => part !== '');
  return `${isolated(dataset.name)}: ${parts.length === 0 ? 'nothing has changed' : parts.join(', ')}.`;
}
