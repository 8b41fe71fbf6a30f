import { findRun } from '#application/find-run.ts';
import { trainLonger } from '#application/train-longer.ts';
import { KindredError } from '#base/errors.ts';
import { trainingConfigSchema, type TrainingConfig } from '#contract/training-config.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { runPorts } from '../run-ports.ts';
import { RunReport } from '../run-report.ts';

const UNITS = ['minutes', 'epochs', 'steps'] as const;
type LongerOptions = Readonly<Partial<Record<(typeof UNITS)[number] | 'name', string>>>;

export const register: RegisterCommand = (program, cli) => {
  program
    .command('longer <run>')
    .description('Train a run for longer: a new run from its newest checkpoint, with a warm-up of its own')
    .option('--epochs <n>', 'how much longer: passes over the images')
    .option('--steps <n>', 'how much longer: updates')
    .option('--minutes <n>', 'how much longer: so many steps as fit, by measuring')
    .option('--name <name>', "the new run's name")
    .action((word: string, options: LongerOptions) => longer(cli(), word, options));
};

async function longer({ wiring, output, signal }: Cli, word: string, options: LongerOptions): Promise<void> {
  const length = lengthOf(options);
  const stores = await wiring.holdLibrary('longer');
  const ports = await runPorts(wiring, stores);
  const request = { run: findRun(stores.runs, word), length, name: options.name ?? null };
  const report = new RunReport(output);
  report.ended(await trainLonger(ports, request, report, signal), signal.aborted);
}

/** @throws KindredError `usage.invalid`. */
function lengthOf(options: LongerOptions): TrainingConfig['length'] {
  const given = UNITS.filter((unit) => options[unit] !== undefined);
  const parsed = trainingConfigSchema.shape.length.safeParse(
    given.length === 1 ? { [given[0]!]: Number(options[given[0]!]) } : null,
  );
  if (parsed.success) return parsed.data;
  const text = 'Say how much longer by one of --minutes, --epochs and --steps, each a number above 0.';
  throw new KindredError('usage.invalid', text, { ...options });
}
