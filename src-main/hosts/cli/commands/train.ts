import { existsSync, readFileSync, statSync } from 'node:fs';
import { findDataset } from '#application/find-dataset.ts';
import type { Dataset, LibraryStores } from '#application/ports/library.ts';
import { startRun } from '#application/start-run.ts';
import { isKindredError, KindredError } from '#base/errors.ts';
import { type DatasetId, makeRunId } from '#base/ids.ts';
import { presetNames } from '#contract/preset.ts';
import type { TrainingConfig } from '#contract/training-config.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { holdAtOnce, holdInTurn } from '../library-in-turn.ts';
import { runPorts } from '../run-ports.ts';
import { RunReport } from '../run-report.ts';
import { type ConfigOptions, changesOver, configFrom } from '../training-options.ts';
import { Wiring } from '../wiring.ts';
import { importWithReport } from './import.ts';

const collect = (word: string, before: readonly string[] = []): readonly string[] => [...before, word];

interface TrainOptions extends ConfigOptions {
  readonly name?: string;
  readonly threads?: string;
  readonly queue?: boolean;
  readonly profile?: boolean;
}

export const register: RegisterCommand = (program, cli) => {
  program
    .command('train <dataset-or-folder>')
    .description('Learn what makes the images of a dataset alike; a folder is imported first')
    .option('--preset <name>', `where the settings start from: ${presetNames.join(', ')}`, 'quick')
    .option(
      '--set <key=value>',
      'change a setting by its dotted path, e.g. encoder.width=0.5; several may follow',
      collect,
    )
    .option('--batch <images>', 'images in a batch')
    .option('--epochs <n>', 'length: passes over the images')
    .option('--steps <n>', 'length: updates')
    .option('--minutes <n>', 'length: so many steps as fit, by measuring')
    .option('--seed <n>', 'seed of everything that is random')
    .option('--name <name>', "the run's name")
    .option('--threads <n>', 'threads of TensorFlow (else one a core)')
    .option('--profile', 'say where the time goes: in a step by operation, and outside of it')
    .option('--queue', 'wait for its turn while another process holds the library')
    .action((target: string, options: TrainOptions) => train(cli(), target, options));
};

async function train(cli: Cli, target: string, options: TrainOptions): Promise<void> {
  const config = configFrom(options, presetText);
  const withChanges = changesOver(options, presetText);
  if (withChanges !== null) sayDefaultLength(cli, options, config);
  const [threads, name] = [wholeThreads(options.threads), options.name ?? null];
  const id = makeRunId(Date.now(), Math.random());
  if (options.queue === true) await refuseUnknown(cli, target);
  const { stores, leaveQueue } =
    options.queue === true ? await holdInTurn(cli, { id, name, target, pid: process.pid }) : await holdAtOnce(cli);
  const datasetId = await datasetOf(cli, stores, target);
  const report = new RunReport(cli.output, null, leaveQueue);
  const request = { id, datasetId, config, withChanges, name, threads };
  const ports = await runPorts(cli.wiring, stores, options.profile);
  const result = await startRun(ports, request, report, cli.signal);
  report.ended(result, cli.signal.aborted);
}

/** `auto` chooses by the time there is: a length that nobody asked for is said. */
function sayDefaultLength({ output }: Cli, options: TrainOptions, { length }: TrainingConfig): void {
  const isGiven = [options.minutes, options.epochs, options.steps].some((word) => word !== undefined);
  if (isGiven || (options.set ?? []).some((setting) => setting.startsWith('length')) || !('minutes' in length)) return;
  output.warning(`No length was given: ${length.minutes} minutes (--minutes for another).`);
}

/** Whoever waits for hours should not hear of a mistyped name after them. @throws KindredError `dataset.missing`. */
async function refuseUnknown({ wiring }: Cli, target: string): Promise<void> {
  if (isFolder(target)) return;
  const reader = new Wiring(wiring.layout.folder, () => {});
  try {
    datasetNamed((await reader.readLibrary()).datasets, target);
  } finally {
    await reader.close();
  }
}

/** @throws KindredError `dataset.missing`. */
function datasetNamed(datasets: LibraryStores['datasets'], target: string): Dataset {
  try {
    return findDataset(datasets, target);
  } catch (error) {
    if (!isKindredError(error) || error.code !== 'dataset.missing') throw error;
    throw new KindredError(error.code, `${error.message} Nor is there a folder "${target}".`, error.data, error);
  }
}

function isFolder(target: string): boolean {
  return existsSync(target) && statSync(target).isDirectory();
}

/** A dataset's name comes before a folder's: write `./name` for the folder. */
async function datasetOf(cli: Cli, stores: LibraryStores, target: string): Promise<DatasetId> {
  const known = stores.datasets.findByName(target);
  if (known !== null) return known.id;
  if (!isFolder(target)) return datasetNamed(stores.datasets, target).id;
  const { dataset } = await importWithReport(cli, [target], null);
  return dataset.id;
}

function wholeThreads(text: string | undefined): number {
  const threads = Number(text ?? 0);
  if (Number.isInteger(threads) && threads >= 0 && threads <= 1024) return threads;
  throw new KindredError('usage.invalid', `--threads takes a whole number from 0 to 1024, not "${text}".`, { text });
}

function presetText(name: string): string | null {
  const url = new URL(`../../../../resources/presets/${name}.json`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}
