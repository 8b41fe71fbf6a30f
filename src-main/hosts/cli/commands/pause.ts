import { findRun } from '#application/find-run.ts';
import { runAsItStands } from '#application/list-runs.ts';
import { pauseRun } from '#application/pause-run.ts';
import { resumeCommand } from '#application/resume-run.ts';
import type { Cli, RegisterCommand } from '../command.ts';
import { runHost } from '../run-ports.ts';

export const register: RegisterCommand = (program, cli) => {
  program
    .command('pause <run>')
    .description('Ask whichever process trains a run to save a checkpoint and rest')
    .action((word: string) => pause(cli(), word));
};

async function pause({ wiring, output, signal }: Cli, word: string): Promise<void> {
  const { runs } = await wiring.readLibrary();
  const host = runHost(wiring);
  const run = runAsItStands(findRun(runs, word), host, await wiring.isHeld());
  const { step } = await pauseRun(host, run, signal);
  output.event({ event: 'run.paused', runId: run.id, step });
  output.line(`Run ${run.id} "${run.name}" rests at step ${step}, saved. Go on with: ${resumeCommand(run.id)}`);
}
