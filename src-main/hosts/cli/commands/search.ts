import { currentEncoder, requireEncoder } from '#application/current-encoder.ts';
import { findDataset } from '#application/find-dataset.ts';
import { findRun } from '#application/find-run.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { RankedImage } from '#application/ports/search-index.ts';
import { searchImages } from '#application/search-images.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import type { SearchMatch, SearchSummary } from '#contract/search-events.ts';
import { fileFilterSchema } from '#contract/studio/files.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { searchPorts } from '../judging-ports.ts';
import { countWord, regionOf, searchExample } from '../search-words.ts';
import { countOf } from '../wording.ts';

interface SearchOptions {
  readonly not?: readonly string[];
  readonly region?: string;
  readonly dataset?: string;
  readonly label?: string;
  readonly top: string;
  readonly run?: string;
  readonly baseline?: boolean;
}

export const register: RegisterCommand = (program, cli) => {
  program
    .command('search <queries...>')
    .description('Find images like the given ones: files, or images of the library by number')
    .option('--not <queries...>', 'steer away from these')
    .option('--region <x,y,w,h>', 'look only at this part of the first query, in pixels')
    .option('--dataset <name>', 'only images of this dataset')
    .option('--label <label>', 'only images with this label')
    .option('--top <count>', 'how many to show', '20')
    .option('--run <run>', "this run's encoder (else the newest finished one that has seen images)")
    .option('--baseline', 'by colour and shape, whatever was trained')
    .action(async (queries: string[], options: SearchOptions) => search(cli(), queries, options));
};

async function search(
  { output, wiring, signal }: Cli,
  queries: readonly string[],
  options: SearchOptions,
): Promise<void> {
  const region = options.region === undefined ? null : regionOf(options.region);
  const examples = queries.map((word, i) => searchExample(word, i === 0 ? region : null));
  const counterExamples = (options.not ?? []).map((word) => searchExample(word));
  const top = countWord('--top', options.top);
  const encoder = await chooseEncoder({ output, wiring, signal }, options);
  const stores = await wiring.readLibrary();
  const datasetId = options.dataset === undefined ? null : findDataset(stores.datasets, options.dataset).id;
  const filter = fileFilterSchema.parse({ datasetId, labels: options.label === undefined ? [] : [options.label] });
  const request = { examples, counterExamples, filter, top, encoder };
  const { matches: ranked, summary } = await searchImages(await searchPorts(wiring), request, signal);
  const matches = ranked.map((image, i) => matchOf(stores, image, i + 1));
  for (const match of matches) output.event({ event: 'search.matched', ...match });
  output.event({ event: 'search.finished', ...summary });
  output.line(headingOf(summary));
  output.table(matches, [
    { title: 'score', value: (match) => match.score.toFixed(3) },
    { title: 'image', value: (match) => `#${match.imageId}` },
    { title: 'label', value: (match) => match.label },
    { title: 'path', value: (match) => match.path },
  ]);
}

function matchOf(
  stores: LibraryStores,
  { imageId, fileId, contentHash, score }: RankedImage,
  rank: number,
): SearchMatch {
  const { path, label } = stores.files.find(fileId)!;
  return { rank, score, imageId, contentHash, path, label };
}

async function chooseEncoder({ output, wiring }: Cli, options: SearchOptions): Promise<ChosenEncoder> {
  if (options.baseline === true) return { kind: 'baseline' };
  const { datasets, runs } = await wiring.readLibrary();
  const host = await wiring.runHost();
  if (options.run !== undefined) return requireEncoder(findRun(runs, options.run), host);
  const datasetId = options.dataset === undefined ? null : findDataset(datasets, options.dataset).id;
  const { encoder, unused } = await currentEncoder({ runs, datasets }, host, await wiring.vectors(), datasetId);
  if (unused !== null)
    output.warning(`Run "${unused.name}" has seen no image yet; let it answer with: npm start -- embed ${unused.id}`);
  return encoder;
}

function headingOf({ encoder, runName, checkpointStep, searched, unseen }: SearchSummary): string {
  const who =
    encoder === 'baseline'
      ? 'By colour and shape (train to search by content)'
      : `By "${runName}", step ${checkpointStep}`;
  const rest = unseen === 0 ? '' : `; ${countOf(unseen, 'image')} it has not seen`;
  return `${who}, among ${countOf(searched, 'image')}${rest}:`;
}
