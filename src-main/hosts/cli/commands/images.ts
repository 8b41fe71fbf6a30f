import { listFiles } from '#application/list-files.ts';
import { findDataset } from '#application/find-dataset.ts';
import type { FileFilter, LibraryStores } from '#application/ports/library.ts';
import type { FileRow } from '#contract/datasets.ts';
import type { RegisterCommand } from '../command.ts';
import { countOf } from '../wording.ts';

/** Named where a label was asked for that there is not. */
const MOST_LABELS = 20;

interface ImagesOptions {
  readonly label?: string;
  readonly unlabelled?: boolean;
  readonly problems?: boolean;
  readonly missing?: boolean;
}

function filterOf(options: ImagesOptions): Omit<FileFilter, 'datasetId'> {
  const state = options.problems === true ? 'problem' : options.missing === true ? 'missing' : 'present';
  if (options.label !== undefined) return { state, label: options.label };
  return options.unlabelled === true ? { state, label: null } : { state };
}

function lineOf(file: FileRow): string {
  if (file.problem !== null) return `${file.path}\n    ${file.problem.code}  ${file.problem.message}`;
  const facts = [file.label, file.split, `${file.widthPx} × ${file.heightPx}`].filter((fact) => fact !== null);
  return `${String(file.imageId).padStart(7)}  ${file.path}  (${facts.join(', ')})`;
}

function labelsThereAre({ datasets, files }: LibraryStores, dataset: string): string {
  const labels = files.labelCounts(findDataset(datasets, dataset).id).flatMap(({ label }) => label ?? []);
  if (labels.length === 0) return `No file of "${dataset}" has a label.`;
  const rest = labels.length > MOST_LABELS ? ` and ${labels.length - MOST_LABELS} more` : '';
  return `Labels of "${dataset}": ${labels.slice(0, MOST_LABELS).join(', ')}${rest}.`;
}

export const register: RegisterCommand = (program, cli) => {
  program
    .command('images <dataset>')
    .description('List the files of a dataset')
    .option('--label <label>', 'only those with this label')
    .option('--unlabelled', 'only those without a label')
    .option('--problems', 'only those that cannot be used, each with its cause')
    .option('--missing', 'only those that are gone')
    .action(async (dataset: string, options: ImagesOptions) => {
      const { output, wiring, signal } = cli();
      let count = 0;
      for (const file of listFiles(await wiring.readLibrary(), dataset, filterOf(options))) {
        if (signal.aborted) break;
        output.event({ event: 'file.listed', ...file });
        output.line(lineOf(file));
        count++;
      }
      output.line(countOf(count, 'file'));
      if (count === 0 && options.label !== undefined) output.line(labelsThereAre(await wiring.readLibrary(), dataset));
    });
};
