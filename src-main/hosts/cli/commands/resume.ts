import { findRun } from '#application/find-run.ts';
import { resumeRun } from '#application/resume-run.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { runPorts } from '../run-ports.ts';
import { RunReport } from '../run-report.ts';

export const register: RegisterCommand = (program, cli) => {
  program
    .command('resume <run>')
    .description('Go on with a run from its newest checkpoint, exactly as if it had not been interrupted')
    .option('--profile', 'say where the time goes: in a step by operation, and outside of it')
    .action((word: string, { profile }: { profile?: boolean }) => resume(cli(), word, profile));
};

async function resume({ wiring, output, signal }: Cli, word: string, isProfiled?: boolean): Promise<void> {
  const stores = await wiring.holdLibrary('resume');
  const ports = await runPorts(wiring, stores, isProfiled);
  const run = findRun(stores.runs, word);
  const report = new RunReport(output, run.id);
  const result = await resumeRun(ports, run, report, signal);
  report.ended(result, signal.aborted);
}
