import { Option } from 'commander';
import { evaluateEncoder, type EvaluateProgress } from '#application/evaluate-encoder.ts';
import { findRun } from '#application/find-run.ts';
import type { Evaluation } from '#contract/evaluation-events.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { evaluatePorts } from '../judging-ports.ts';
import { countWord, wholeWord } from '../search-words.ts';
import { countOf } from '../wording.ts';
import { type EmbedOptions, showEmbedProgress, whatOf } from './embed.ts';

interface EvaluateOptions extends EmbedOptions {
  readonly protocol?: Evaluation['protocol'];
  readonly train?: string;
  readonly test?: string;
  readonly k?: string;
  readonly seed: string;
}

/** Above this many classes the table of confusions is left to `--json`. */
const MOST_CLASSES_SHOWN = 20;

export const register: RegisterCommand = (program, cli) => {
  program
    .command('evaluate <run>')
    .description("Judge a run's encoder: by neighbours, by a linear probe, or by retrieval without labels")
    .addOption(
      new Option('--protocol <protocol>', 'how (else knn where there are labels, else retrieval)').choices([
        'knn',
        'linear',
        'retrieval',
      ]),
    )
    .option('--train <dataset>', "whose labels to judge by (else the run's dataset)")
    .option('--test <dataset>', 'what to judge (else the test split of the same dataset)')
    .option('--k <count>', 'neighbours that vote (else 200)')
    .option('--projection', "the head's output z instead of the encoder's output h")
    .option('--step <step>', 'a checkpoint that is kept (else the newest)')
    .option('--seed <number>', 'decides what is held out where there are no splits', '0')
    .action(async (run: string, options: EvaluateOptions) => evaluate(cli(), run, options));
};

async function evaluate(cli: Cli, runWord: string, options: EvaluateOptions): Promise<void> {
  const { output, wiring, signal } = cli;
  const k = options.k === undefined ? null : countWord('--k', options.k);
  const seed = wholeWord('--seed', options.seed);
  const stores = await wiring.holdLibrary('evaluate');
  const request = {
    run: findRun(stores.runs, runWord),
    protocol: options.protocol ?? null,
    trainName: options.train ?? null,
    testName: options.test ?? null,
    ...whatOf(options),
    k,
    seed,
  };
  const evaluation = await evaluateEncoder(await evaluatePorts(wiring), request, showProgress(cli), signal);
  output.event({ event: 'evaluate.finished', ...evaluation });
  for (const line of reportLines(evaluation)) output.line(line);
  if (evaluation.classes.length > 0 && evaluation.classes.length <= MOST_CLASSES_SHOWN) showConfusion(cli, evaluation);
}

function showProgress(cli: Cli): (progress: EvaluateProgress) => void {
  const showEmbedding = showEmbedProgress(cli);
  return (progress) => {
    if (progress.phase !== 'fitting') showEmbedding(progress);
    else cli.output.live(`Fitting the linear probe: ${Math.round(100 * progress.fraction)} %`);
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function reportLines(evaluation: Evaluation): readonly string[] {
  const { protocol, top1, chance, k, temperature, otherK, l2, n, trained, split, output, checkpointStep } = evaluation;
  const what = { knn: 'kNN', linear: 'Linear', retrieval: 'Retrieval' }[protocol];
  const how = [
    ...(k === null ? [] : [`k = ${k}`, `temperature ${temperature}`]),
    ...(l2 === null ? [] : [`l2 ${l2.toExponential(1)}`]),
    ...(output === 'z' ? ['projection z'] : []),
  ];
  const by = trained === 0 ? '' : ` by ${countOf(trained, 'labelled image')}`;
  return [
    `${what} ${percent(top1)} (chance ${percent(chance)}${how.map((part) => `, ${part}`).join('')})`,
    ...otherK.map((other) => `    with k = ${other.k}: ${percent(other.top1)}`),
    `${countOf(n, 'image')} of "${evaluation.testDataset}" judged (${split.replaceAll('-', ' ')})${by}, step ${checkpointStep}`,
    ...evaluation.notes,
  ];
}

function showConfusion({ output }: Cli, { classes, confusion }: Evaluation): void {
  output.line();
  output.line('Rows: what images are. Columns: what they were taken for.');
  const rows = confusion.map((counts, number) => ({ name: classes[number]!, counts }));
  output.table(rows, [
    { title: '', value: (row) => row.name },
    ...classes.map((name, number) => ({ title: name, value: (row: (typeof rows)[number]) => row.counts[number]! })),
  ]);
}
