/** Stop and keep: a run at rest is taken as finished, with the encoder of its newest checkpoint. */
import { KindredError } from '#base/errors.ts';
import type { Run, RunHost, RunStore } from './ports/runs.ts';

/**
 * @returns the step that is kept. A finished run stays as it is.
 * @throws KindredError `run.active` while it is trained, `checkpoint.missing` when it has made no step that is kept.
 */
export function keepRun(runs: RunStore, host: Pick<RunHost, 'inspect'>, { id, name, status, step }: Run): number {
  if (status === 'finished') return step;
  const { isHeld, checkpoint } = host.inspect(id);
  if (isHeld) throw new KindredError('run.active', `Run "${name}" (${id}) is being trained. Pause it first.`, { id });
  if (checkpoint === null || checkpoint.step === 0) {
    const text = `Run "${name}" (${id}) has no trained encoder to keep yet. Train it a little, or remove it.`;
    throw new KindredError('checkpoint.missing', text, { id });
  }
  runs.update(id, { status: 'finished', failure: null, interruptedStep: null, ...checkpoint });
  return checkpoint.step;
}
