import { importFolders, type ImportProgress, type ImportResult } from '#application/import-folders.ts';
import type { ImportFinishedEvent } from '#contract/import-events.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { countOf, formatCount, formatDuration, formatRate } from '../wording.ts';

/** Progress lines of `--json` are at least this far apart. */
const EVENT_INTERVAL_MS = 500;

export const register: RegisterCommand = (program, cli) => {
  program
    .command('import <folders...>')
    .description('Bring folders of images into a dataset; again to look for what changed')
    .option('--name <name>', "the dataset's name (else the one the folders belong to, else the first folder's)")
    .action(async (folders: string[], options: { readonly name?: string }) => {
      await importWithReport(cli(), folders, options.name ?? null);
    });
};

/**
 * Imports folders with progress and a report; also what `train FOLDER` begins with.
 *
 * @throws KindredError as `importFolders` does.
 */
export async function importWithReport(
  cli: Cli,
  folders: readonly string[],
  name: string | null,
): Promise<ImportResult> {
  const { output, wiring, signal } = cli;
  const ports = await wiring.importPorts('import');
  const result = await importFolders(ports, { folders, name }, showProgress(cli), signal);
  const labels = ports.stores.files.labelCounts(result.dataset.id).filter((entry) => entry.label !== null).length;
  output.event({ ...finishedEvent(result, labels) });
  for (const line of reportLines(result, labels)) output.line(line);
  return result;
}

function showProgress({ output }: Cli): (progress: ImportProgress) => void {
  let lastEventMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    output.live(progressLine(progress));
    if (performance.now() - lastEventMs < EVENT_INTERVAL_MS) return;
    lastEventMs = performance.now();
    output.event({ event: 'import.progress', ...progress });
  };
}

function progressLine(progress: ImportProgress): string {
  if (progress.phase === 'scanning') return `Looking for images: ${countOf(progress.found, 'file')} found`;
  const parts = [
    `Reading ${countOf(progress.done, 'file')} of ${formatCount(progress.total)}`,
    `${formatRate(progress.filesPerSecond)} files/s`,
  ];
  if (progress.problems > 0) parts.push(countOf(progress.problems, 'problem'));
  if (progress.remainingMs !== null) parts.push(`${formatDuration(progress.remainingMs)} left`);
  return parts.join(' · ');
}

function finishedEvent(result: ImportResult, labels: number): ImportFinishedEvent {
  const { dataset, elapsedMs, ...counts } = result;
  const seconds = elapsedMs / 1000;
  return {
    event: 'import.finished',
    dataset: dataset.name,
    datasetId: dataset.id,
    ...counts,
    labels,
    seconds: Number(seconds.toFixed(3)),
    imagesPerSecond: Number((counts.read / Math.max(seconds, 1e-3)).toFixed(1)),
  };
}

function reportLines(result: ImportResult, labels: number): readonly string[] {
  const { dataset, elapsedMs, read } = result;
  const held = `${countOf(result.files, 'file')} of ${countOf(result.images, 'image')}`;
  const rate = formatRate(read / Math.max(elapsedMs / 1000, 1e-3));
  const changes = [
    countOf(result.new, 'new', 'new'),
    countOf(result.changed, 'changed', 'changed'),
    countOf(result.moved, 'moved', 'moved'),
    countOf(result.missing, 'missing', 'missing'),
    countOf(result.unchanged, 'unchanged', 'unchanged'),
  ];
  const reading = `Read ${countOf(read, 'file')} in ${formatDuration(elapsedMs)} (${rate} files/s).`;
  const lines = [
    `Dataset "${dataset.name}": ${held}, ${countOf(labels, 'label')}, ${countOf(result.problems, 'problem')}.`,
    `${changes.join(', ')}. ${read === 0 ? 'No file had to be read.' : reading}`,
    result.labelReason,
  ];
  if (result.carriedOver > 0) {
    const what = `${countOf(result.carriedOver, 'file')} changed in bytes but not in pixels`;
    lines.push(`${what}: tags and labels were carried over.`);
  }
  if (result.problems > 0) lines.push(`See why with: npm start -- images "${dataset.name}" --problems`);
  return lines;
}
