import type { Command } from 'commander';
import { listDatasets } from '#application/list-datasets.ts';
import { type DatasetRemoval, planDatasetRemoval, removeDataset } from '#application/remove-dataset.ts';
import { renameDataset } from '#application/rename-dataset.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import type { Wiring } from '../wiring.ts';
import { countOf } from '../wording.ts';

export const register: RegisterCommand = (program, cli) => {
  const command = program.command('datasets').description('List, rename or remove datasets');
  command.action(() => list(cli())).allowExcessArguments(false);
  registerRemove(command, cli);
  command
    .command('rename <name> <new-name>')
    .description('Give a dataset another name')
    .action(async (name: string, newName: string) => {
      const { output, wiring } = cli();
      renameDataset(await wiring.holdLibrary('datasets rename'), name, newName);
      output.event({ event: 'dataset.renamed', dataset: newName, was: name });
      output.line(`Dataset "${name}" is now "${newName}".`);
    });
};

async function list({ output, wiring }: Cli): Promise<void> {
  const datasets = listDatasets(await wiring.readLibrary());
  for (const dataset of datasets) output.event({ event: 'dataset.listed', ...dataset });
  if (datasets.length === 0) {
    output.line('No datasets yet. Bring images in with "npm start -- import FOLDER".');
    return;
  }
  output.table(datasets, [
    { title: 'dataset', value: (row) => row.name },
    { title: 'files', value: (row) => row.files },
    { title: 'images', value: (row) => row.images },
    { title: 'problems', value: (row) => row.problems },
    { title: 'missing', value: (row) => row.missing },
    { title: 'labels', value: (row) => row.labels },
    { title: 'from', value: (row) => row.roots.join(', ') },
  ]);
}

async function remove(wiring: Wiring, name: string): Promise<DatasetRemoval> {
  const stores = await wiring.holdLibrary('datasets remove');
  return removeDataset({ stores, traces: await wiring.traces() }, name, Date.now());
}

function registerRemove(command: Command, cli: () => Cli): void {
  command
    .command('remove <name>')
    .description('Take a dataset out of the library; originals stay untouched')
    .option('--dry-run', 'only say what would be taken out')
    .action(async (name: string, options: { readonly dryRun?: boolean }) => {
      const { output, wiring } = cli();
      const isTrial = options.dryRun === true;
      const removal = isTrial ? planDatasetRemoval(await wiring.readLibrary(), name) : await remove(wiring, name);
      output.event({ event: isTrial ? 'dataset.removalPlanned' : 'dataset.removed', ...removal });
      const parts = [
        countOf(removal.files, 'file'),
        `${countOf(removal.images, 'image')} held by no other dataset`,
        countOf(removal.userLabels, 'label of yours', 'labels of yours'),
        countOf(removal.userTags, 'tag of yours', 'tags of yours'),
      ];
      const verb = isTrial ? 'Would take' : 'Took';
      output.line(`${verb} dataset "${removal.dataset}" out of the library: ${parts.join(', ')}.`);
      output.line(`Originals ${isTrial ? 'would stay' : 'stay'} where they are, untouched.`);
    });
}
