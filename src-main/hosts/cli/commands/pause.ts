import { findRun } from '#application/find-run.ts';
import { runAsItStands } from '#application/list-runs.ts';
import { pauseRun } from '#application/pause-run.ts';
import { resumeCommand } from '#application/resume-run.ts';
import { KindredError } from '#base/errors.ts';
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
  const waiting = (await wiring.queue()).list().find(({ id, name }) => id === word || name === word);
  if (waiting !== undefined) {
    const text = `"${word}" is not trained yet, it waits for its turn. End process ${waiting.pid} (Ctrl-C there) to take it out of the queue.`;
    throw new KindredError('run.idle', text, { id: waiting.id, pid: waiting.pid });
  }
  const host = runHost(wiring);
  const run = runAsItStands(findRun(runs, word), host, await wiring.isHeld());
  const { step } = await pauseRun(host, run, signal);
  output.event({ event: 'run.paused', runId: run.id, step });
  output.line(`Run ${run.id} "${run.name}" rests at step ${step}, saved. Go on with: ${resumeCommand(run.id)}`);
}
