/** What is written of a batch's files as they come, and what a scan of the batch finds by it. */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PathProblem, ScanBatch, ScannedFile } from '#application/ports/images.ts';
import { kindOfName } from '#contract/scan-rules.ts';

const MANIFEST = 'manifest.jsonl';

export interface InboxEntry {
  /** Of the file in the batch's folder; of one that was left out, what stands for it. */
  readonly name: string;
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly uploadedMs: number;
  /** Where it came from. Not in entries of early versions. */
  readonly modifiedMs?: number;
  /** Its bytes did not come. */
  readonly isLeftOut?: boolean;
  /** Why they did not, unless its name says it. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Appends a line; what it names has to be there. */
export function writeEntry(folder: string, entry: InboxEntry): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  appendFileSync(join(folder, MANIFEST), `${JSON.stringify(entry)}\n`);
}

/** Those that are here whole, in the order they came. */
export function readEntries(folder: string): readonly InboxEntry[] {
  let text = '';
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8');
  } catch {
    return [];
  }
  const lines = text.split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as InboxEntry);
}

/** Finds in a batch what a scan would in the folder it came from; of two entries of one path the later counts. */
export function scanEntries(folder: string): ScanBatch {
  const entries = new Map(readEntries(folder).map((entry) => [entry.relativePath, entry]));
  const files: ScannedFile[] = [];
  const problems: PathProblem[] = [];
  const paths = [...entries.keys()].toSorted();
  const common = sharedFolder(paths);
  for (const whole of paths) {
    const entry = entries.get(whole)!;
    const { name, sizeBytes, uploadedMs, modifiedMs = uploadedMs } = entry;
    const path = join(folder, name);
    const relativePath = whole.slice(common.length);
    const problem = problemOf(entry, relativePath);
    if (problem === null) files.push({ path, relativePath, sizeBytes, modifiedMs });
    else problems.push({ path, relativePath, ...problem });
  }
  return { files, problems };
}

function problemOf(
  { problem, sizeBytes }: InboxEntry,
  relativePath: string,
): NonNullable<InboxEntry['problem']> | null {
  if (problem !== undefined) return problem;
  if (kindOfName(basename(relativePath)) !== 'picture') {
    const message = `"${relativePath}" is of a format that is not supported. Convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`;
    return { code: 'image.unsupported', message };
  }
  if (sizeBytes > 0) return null;
  return { code: 'image.empty', message: `"${relativePath}" has 0 bytes. Skipped until it is copied again.` };
}

/** The folder that was dropped, with its slash, when all files lie in it: it is the root, not a label. */
function sharedFolder(paths: readonly string[]): string {
  const first = paths[0]?.includes('/') ? `${paths[0].split('/')[0]}/` : '';
  return paths.every((path) => path.startsWith(first)) ? first : '';
}
