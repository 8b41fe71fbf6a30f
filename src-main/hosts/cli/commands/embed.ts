import { embedDataset } from '#application/embed-dataset.ts';
import type { EmbedProgress, EmbedWhat } from '#application/embed-images.ts';
import { findDataset } from '#application/find-dataset.ts';
import { findRun } from '#application/find-run.ts';
import { KindredError } from '#base/errors.ts';
import type { EmbedFinishedEvent } from '#contract/embedding-events.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { embedPorts } from '../judging-ports.ts';
import { wholeWord } from '../search-words.ts';
import { countOf } from '../wording.ts';

/** Progress lines of `--json` are at least this far apart. */
const EVENT_INTERVAL_MS = 500;

export interface EmbedOptions {
  readonly projection?: boolean;
  readonly step?: string;
}

export const register: RegisterCommand = (program, cli) => {
  program
    .command('embed <run> [dataset]')
    .description("Encode a dataset's images with a run's checkpoint; only those not encoded yet")
    .option('--projection', "the head's output z instead of the encoder's output h")
    .option('--step <step>', 'a checkpoint that is kept (else the newest)')
    .action(async (run: string, dataset: string | undefined, options: EmbedOptions) => {
      await embed(cli(), run, dataset ?? null, whatOf(options));
    });
};

/** Which output of which checkpoint the options name. @throws KindredError `usage.invalid`. */
export function whatOf({ projection, step }: EmbedOptions): Required<EmbedWhat> {
  return { output: projection === true ? 'z' : 'h', step: step === undefined ? null : wholeWord('--step', step) };
}

async function embed(cli: Cli, runWord: string, datasetName: string | null, what: EmbedWhat): Promise<void> {
  const { output, wiring, signal } = cli;
  const startMs = performance.now();
  const stores = await wiring.holdLibrary('embed');
  const run = findRun(stores.runs, runWord);
  const dataset =
    datasetName === null ? stores.datasets.find(run.datasetId) : findDataset(stores.datasets, datasetName);
  if (dataset === null) {
    throw new KindredError(
      'dataset.missing',
      `The dataset of run "${run.name}" is gone. Name another: "embed RUN DATASET".`,
    );
  }
  const ports = await embedPorts(wiring);
  const done = await embedDataset(ports, run, dataset.id, what, showEmbedProgress(cli), signal);
  const seconds = (performance.now() - startMs) / 1000;
  const { problems, ...counts } = done;
  const event: EmbedFinishedEvent = {
    event: 'embed.finished',
    runId: run.id,
    dataset: dataset.name,
    ...counts,
    problems: problems.length,
    seconds,
  };
  output.event(event);
  output.line(
    `Encoded ${countOf(done.embedded, 'image')} of "${dataset.name}" with "${run.name}" (step ${done.checkpointStep}) ` +
      `in ${seconds.toFixed(1)} s; ${done.alreadyThere} were there before.`,
  );
  if (problems.length > 0) output.line(`${countOf(problems.length, 'image')} could not be decoded.`);
  output.line(`${done.dimensions} numbers an image, in ${wiring.layout.vectors}/${done.encoderKey}/vectors.npy`);
}

/** A live line and, with `--json`, an event now and then. */
export function showEmbedProgress({ output }: Cli): (progress: EmbedProgress) => void {
  let lastEventMs = Number.NEGATIVE_INFINITY;
  return ({ phase, done, total }) => {
    output.live(`${phase === 'pixels' ? 'Reading pixels' : 'Encoding'}: ${done} of ${total}`);
    if (performance.now() - lastEventMs < EVENT_INTERVAL_MS) return;
    lastEventMs = performance.now();
    output.event({ event: 'embed.progress', phase, done, total });
  };
}
