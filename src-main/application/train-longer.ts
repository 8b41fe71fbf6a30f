/**
 * Training a run's encoder for longer: a new run on the same frozen images, whose state before step 0 is the newest
 * checkpoint of the run it goes on from. Its learning rate warms up and falls to 0 anew, and its seed is the next one,
 * so that it draws views the first run has not drawn.
 */
import { KindredError } from '#base/errors.ts';
import { makeRunId } from '#base/ids.ts';
import type { Run, RunPlan, TrainingConfig } from './ports/runs.ts';
import { followRun } from './running/follow-run.ts';
import { prepareAgain } from './running/prepare-again.ts';
import { queuedRun } from './running/queued-run.ts';
import type { RunListener, RunPorts, RunResult } from './start-run.ts';

export interface LongerRequest {
  /** At rest: finished, paused or failed. */
  readonly run: Run;
  readonly length: TrainingConfig['length'];
  /** null: after the run it goes on from. */
  readonly name: string | null;
}

export function longerName({ run, name }: Pick<LongerRequest, 'run' | 'name'>): string {
  return name ?? `${run.name}, longer`;
}

/**
 * @throws KindredError `run.active` while the run is trained, `checkpoint.missing` when it has none, `run.notResumable`
 *   when its images can't be read any more; afterwards whatever happens is the outcome.
 */
export async function trainLonger(
  ports: RunPorts,
  { run, length, name }: LongerRequest,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunResult> {
  const { stores, host, clock } = ports;
  const plan = longerPlan(ports, run, length, name);
  await prepareAgain(ports, plan, listener, signal);
  await host.prepare(plan);
  stores.runs.insert(queuedRun(plan, clock.wallMs()));
  await listener.onMade(plan.runId, plan.name);
  try {
    // While the run waited for its turn, its cache may have had to make room for another's.
    await prepareAgain(ports, plan, listener, signal);
  } catch (error) {
    stores.runs.update(plan.runId, { status: 'paused' });
    throw error;
  }
  const outcome = await followRun({ runs: stores.runs, host, clock }, plan.runId, listener.onEvent, signal);
  return { id: plan.runId, name: plan.name, outcome };
}

function longerPlan(
  { host, clock, random, versions }: RunPorts,
  run: Run,
  length: TrainingConfig['length'],
  name: string | null,
): RunPlan {
  const { isHeld, checkpoint } = host.inspect(run.id);
  if (isHeld) throw new KindredError('run.active', `Run "${run.name}" (${run.id}) is being trained.`, { id: run.id });
  if (checkpoint === null) {
    const text = `Run "${run.name}" (${run.id}) has no checkpoint to go on from. Start a new run.`;
    throw new KindredError('checkpoint.missing', text, { id: run.id });
  }
  const { choice: _, ...plan } = host.readPlan(run.id);
  const { config } = plan;
  return {
    ...plan,
    runId: makeRunId(clock.wallMs(), random()),
    name: longerName({ run, name }),
    config: { ...config, length, seed: nextSeed(config.seed), schedule: { ...config.schedule, warmupEpochs: null } },
    startsFrom: { runId: run.id, step: checkpoint.step },
    versions,
  };
}

const nextSeed = (seed: number): number => (seed === Number.MAX_SAFE_INTEGER ? 0 : seed + 1);
