import { compareRuns, type RunCurves, runCurves } from '#application/compare-runs.ts';
import { findRun } from '#application/find-run.ts';
import { keepRun } from '#application/keep-run.ts';
import { listRuns, runAsItStands } from '#application/list-runs.ts';
import type { Run } from '#application/ports/runs.ts';
import { removeRun } from '#application/remove-run.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { interruptionLines } from '../interruption-text.ts';
import { runHost } from '../run-ports.ts';
import { headlineText } from '../run-report.ts';
import { formatDuration } from '../wording.ts';

export const register: RegisterCommand = (program, cli) => {
  const runs = program
    .command('runs')
    .description('List runs, show one, compare two, keep one as it is, remove one')
    .action(() => list(cli()));
  runs
    .command('show <run>')
    .description('Settings, numbers, curves and compiled graph of a run')
    .action((word: string) => show(cli(), word));
  runs
    .command('compare <a> <b>')
    .description('The settings in which two runs differ, and their curves side by side')
    .action((a: string, b: string) => compare(cli(), a, b));
  runs
    .command('keep <run>')
    .description('Take a run at rest as finished, with the encoder of its newest checkpoint')
    .action((word: string) => keep(cli(), word));
  runs
    .command('remove <run>')
    .description('Delete a run with its checkpoints; images stay')
    .action((word: string) => remove(cli(), word));
};

async function list({ wiring, output }: Cli): Promise<void> {
  const stores = await wiring.readLibrary();
  const runs = listRuns(stores.runs, runHost(wiring), await wiring.isHeld());
  const known = new Set(runs.map(({ id }) => id));
  const waiting = (await wiring.queue()).list().filter(({ id }) => !known.has(id));
  for (const run of runs) output.event({ event: 'run', ...summaryOf(run) });
  for (const [before, { id, ...rest }] of waiting.entries()) {
    output.event({ event: 'run', runId: id, status: 'queued', step: 0, totalSteps: null, before, ...rest });
  }
  for (const { id, name, target, pid } of waiting) {
    output.line(`${id} "${name ?? target}" waits for its turn to train "${target}" (process ${pid}).`);
  }
  if (runs.length === 0 && waiting.length > 0) return;
  if (runs.length === 0) output.line('There are no runs yet; make one with "train".');
  else {
    output.table(runs, [
      { title: 'run', value: (run) => run.id },
      { title: 'name', value: (run) => run.name },
      { title: 'status', value: (run) => run.status },
      { title: 'step', value: (run) => `${run.step}/${run.totalSteps ?? '?'}` },
      { title: 'time', value: (run) => formatDuration(run.elapsedMs) },
      { title: 'loss', value: (run) => run.loss },
      { title: 'headline', value: (run) => (run.headline === null ? null : headlineText(run.headline)) },
    ]);
    for (const line of runs.flatMap(interruptionLines)) output.line(line);
  }
}

async function show({ wiring, output }: Cli, word: string): Promise<void> {
  const stores = await wiring.readLibrary();
  const host = runHost(wiring);
  const run = runAsItStands(findRun(stores.runs, word), host, await wiring.isHeld());
  const curves = runCurves(host.readEvents(run.id));
  const choice = host.findPlan(run.id)?.choice ?? null;
  const graph = host.findGraph(run.id);
  output.event({ event: 'run', ...summaryOf(run), config: run.config, choice, curves, graph });
  output.line(
    `${run.id} "${run.name}": ${run.status}, step ${run.step}/${run.totalSteps ?? '?'}, ${formatDuration(run.elapsedMs)}`,
  );
  for (const line of interruptionLines(run)) output.line(line);
  if (run.failure !== null) output.line(`Failed (${run.failure.code}): ${run.failure.message}`);
  if (choice !== null) output.line(choice.message);
  output.line(JSON.stringify(run.config, null, 2));
  tableOfCurves(output, curves);
  if (graph !== null) output.line(`Compiled step, ${graph.file}: ${graph.summary}`);
}

async function compare({ wiring, output }: Cli, first: string, second: string): Promise<void> {
  const stores = await wiring.readLibrary();
  const host = runHost(wiring);
  const isHeld = await wiring.isHeld();
  const [a, b] = [first, second].map((word) => runAsItStands(findRun(stores.runs, word), host, isHeld)) as [Run, Run];
  const comparison = compareRuns(host, a, b);
  output.event({
    event: 'runs.compared',
    a: summaryOf(a),
    b: summaryOf(b),
    settings: comparison.settings,
    curves: { a: comparison.a, b: comparison.b },
  });
  if (comparison.settings.length === 0) output.line('Both runs have the same settings.');
  output.table(comparison.settings, [
    { title: 'setting', value: ({ key }) => key },
    { title: a.id, value: ({ a: value }) => String(value) },
    { title: b.id, value: ({ b: value }) => String(value) },
  ]);
  for (const [run, curves] of [
    [a, comparison.a],
    [b, comparison.b],
  ] as const) {
    output.line(`${run.id} "${run.name}"`);
    tableOfCurves(output, curves);
  }
}

async function keep({ wiring, output }: Cli, word: string): Promise<void> {
  const { runs } = await wiring.holdLibrary('runs keep');
  const run = findRun(runs, word);
  const step = keepRun(runs, runHost(wiring), run);
  output.event({ event: 'run.kept', runId: run.id, step });
  output.line(`Run ${run.id} "${run.name}" is finished with its encoder of step ${step}.`);
}

async function remove({ wiring, output }: Cli, word: string): Promise<void> {
  const { runs } = await wiring.holdLibrary('runs remove');
  const run = findRun(runs, word);
  removeRun(runs, runHost(wiring), await wiring.vectors(), run);
  output.event({ event: 'run.removed', runId: run.id });
  output.line(`Run ${run.id} "${run.name}" and its checkpoints are removed.`);
}

function tableOfCurves(output: Cli['output'], { losses, headlines }: RunCurves): void {
  output.table(losses, [
    { title: 'step', value: ({ step }) => step },
    { title: 'epoch', value: ({ epoch }) => epoch },
    { title: 'loss', value: ({ loss }) => loss },
    { title: 'time', value: ({ elapsedMs }) => formatDuration(elapsedMs) },
  ]);
  output.table(headlines, [
    { title: 'step', value: ({ step }) => step },
    { title: 'protocol', value: ({ protocol }) => protocol },
    { title: 'top-1', value: ({ top1 }) => top1 },
  ]);
}

/** A run without its settings. */
function summaryOf({ id, config: settings, ...rest }: Run): Readonly<Record<string, unknown>> {
  return { runId: id, side: settings.side, batchSize: settings.batchSize, ...rest };
}
