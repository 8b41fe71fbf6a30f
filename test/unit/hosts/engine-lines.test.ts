import { describe, expect, it } from 'vitest';
import type { Run, RunStatus } from '#application/ports/runs.ts';
import type { RunId } from '#base/ids.ts';
import type { Job } from '#contract/studio/datasets.ts';
import type { EngineLine } from '#contract/studio/desktop.ts';
import type { StudioEvent } from '#contract/studio/events.ts';
import { engineLines } from '#hosts/engine/engine-lines.ts';
import type { NumberedEvent } from '#hosts/engine/event-log.ts';

const run = (id: string, status: RunStatus, rest: Partial<Run> = {}): Run =>
  ({ id: id as RunId, name: id, status, step: 0, totalSteps: 200, headline: null, failure: null, ...rest }) as Run;

const runsChanged: StudioEvent = { kind: 'library.changed', what: 'runs' };
const progress = (step: number): StudioEvent =>
  ({ kind: 'run.progress', id: 'a', point: { step }, advice: [] }) as unknown as StudioEvent;

const job = { id: 'j0', kind: 'import', title: 'Adding', share: null, detail: '', message: null } as const;
const jobChanged = (state: Job['state']): StudioEvent => ({ kind: 'job.changed', job: { ...job, state } });

/** Lines for a history: each moment is the list of runs, the event that tells of it, and the jobs that run. */
async function linesOf(
  history: readonly (readonly [readonly Run[], StudioEvent, (readonly Job[])?])[],
  first: readonly Run[] = [],
) {
  let runs = first;
  let jobs: readonly Job[] = [];
  async function* events(): AsyncGenerator<NumberedEvent> {
    for (const [next, event, running = []] of history) {
      [runs, jobs] = [next, running];
      yield { id: 'x', event };
    }
  }
  const lines: EngineLine[] = [];
  for await (const line of engineLines(
    events(),
    () => runs,
    () => jobs,
  ))
    lines.push(line);
  return lines;
}

describe('engineLines', () => {
  it('begins with the state there is', async () => {
    expect(await linesOf([])).toEqual([{ event: 'studio.activity', runs: 0, jobs: 0, share: null }]);
  });

  it('tells the share of the run that trains in whole hundredths, each once', async () => {
    const training = [run('a', 'running')];
    const lines = await linesOf(
      [1, 2, 3, 4].map((step) => [training, progress(step)] as const),
      training,
    );
    expect(lines.map((line) => 'share' in line && line.share)).toEqual([0, 0.01, 0.02]);
  });

  it('counts runs that wait', async () => {
    const lines = await linesOf([[[run('a', 'running'), run('b', 'queued')], runsChanged]]);
    expect(lines.at(-1)).toEqual({ event: 'studio.activity', runs: 2, jobs: 0, share: 0 });
  });

  it('counts jobs that run, and keeps the share of the run that trains meanwhile', async () => {
    const running: readonly Job[] = [{ ...job, state: 'running' }];
    const training = [run('a', 'running')];
    const lines = await linesOf(
      [
        [training, progress(50)],
        [training, jobChanged('running'), running],
        [training, jobChanged('running'), running],
        [training, jobChanged('done')],
      ],
      training,
    );
    expect(lines.slice(1)).toEqual([
      { event: 'studio.activity', runs: 1, jobs: 0, share: 0.25 },
      { event: 'studio.activity', runs: 1, jobs: 1, share: 0.25 },
      { event: 'studio.activity', runs: 1, jobs: 0, share: 0.25 },
    ]);
  });

  it('counts no job that goes on by itself at the next start', async () => {
    const kinds = ['embed', 'project', 'erase', 'prepare'] as const;
    const running = kinds.map((kind): Job => ({ ...job, kind, state: 'running' }));
    const lines = await linesOf([[[], jobChanged('running'), running]]);
    expect(lines.at(-1)).toMatchObject({ jobs: 1 });
  });

  it('tells how a run ended, once, with its headline number or its failure', async () => {
    const headline = { protocol: 'knn', step: 200, top1: 0.541, chance: 0.1, k: 200, n: 1000 } as const;
    const failure = { code: 'training.diverged', message: 'Loss is not finite at step 7.', step: 7 };
    const ended = [run('a', 'finished', { step: 1200, headline }), run('b', 'failed', { failure })];
    const lines = await linesOf(
      [
        [ended, runsChanged],
        [ended, runsChanged],
      ],
      [run('a', 'running'), run('b', 'queued')],
    );
    expect(lines.slice(1)).toEqual([
      {
        event: 'studio.runEnded',
        name: 'a',
        summary: 'Finished after 1,200 steps. kNN accuracy 54.1 % (by chance 10.0 %).',
      },
      { event: 'studio.runEnded', name: 'b', summary: 'Loss is not finite at step 7.' },
      { event: 'studio.activity', runs: 0, jobs: 0, share: null },
    ]);
  });

  it('says nothing of a run that was paused, nor of one that had ended before', async () => {
    const old = run('old', 'finished');
    const lines = await linesOf([[[run('a', 'paused'), old], runsChanged]], [run('a', 'pausing'), old]);
    expect(lines.map(({ event }) => event)).toEqual(['studio.activity', 'studio.activity']);
  });
});
