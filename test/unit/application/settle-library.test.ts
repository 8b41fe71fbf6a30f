import { beforeEach, describe, expect, it } from 'vitest';
import { keepRun } from '#application/keep-run.ts';
import { listRuns } from '#application/list-runs.ts';
import type { Run, RunEvent, RunFolderState, RunHost, RunStore } from '#application/ports/runs.ts';
import { followRun } from '#application/running/follow-run.ts';
import { queuedRun } from '#application/running/queued-run.ts';
import { settleLibrary } from '#application/settle-library.ts';
import { systemClock } from '#base/clock.ts';
import type { RunId } from '#base/ids.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';

const ID = 'r1' as RunId;
const AT_20 = { step: 20, elapsedMs: 4000 };

let runs: RunStore;
/** What the run's folder says. */
let folder: RunFolderState;
/** The steps of the lines in it. */
let lines: number[];

const host = {
  listPutAside: () => [],
  listFolders: () => [ID],
  inspect: () => folder,
  readEvents: () => lines.map((step) => ({ kind: 'progress', step }) as RunEvent),
} as unknown as RunHost;
const vectors = { keys: () => [], remove: () => {} };

beforeEach(() => {
  const { stores } = openTestLibrary();
  runs = stores.runs;
  const datasetId = stores.datasets.insert('moths', 0).id;
  runs.insert(queuedRun({ runId: ID, name: 'night', datasetId, config: trainingConfigSchema.parse({}) } as never, 0));
  folder = { isHeld: false, checkpoint: AT_20, totalSteps: 100 };
  lines = [];
});

function settled(before: Partial<Run>, isAfterKill = true): Run {
  runs.update(ID, before);
  settleLibrary({ runs, host, vectors, isAfterKill });
  return runs.find(ID)!;
}

describe('[Y2] a run that was cut off', () => {
  it('rests at its checkpoint and is told to have come as far as the library or its own lines say', () => {
    expect(settled({ status: 'running', step: 31 })).toMatchObject({ status: 'paused', ...AT_20, interruptedStep: 31 });
    lines = [30, 34];
    expect(settled({ status: 'running', step: 31 })).toMatchObject({ ...AT_20, interruptedStep: 34 });
  });

  it('before its first checkpoint begins anew', () => {
    folder = { isHeld: false, checkpoint: null, totalSteps: null };
    expect(settled({ status: 'running', step: 0 })).toMatchObject({ status: 'paused', step: 0, interruptedStep: 0 });
  });

  it('is told of at every start until it goes on', async () => {
    settled({ status: 'running', step: 31 });
    expect(settled({}, false).interruptedStep).toBe(31);
    const ended = { status: 'paused', step: 25, elapsedMs: 1 } as const;
    const train = () => ({ pause: () => {}, ended: Promise.resolve(ended) });
    await followRun({ runs, host: { ...host, train }, clock: systemClock }, ID, () => {}, new AbortController().signal);
    expect(settled({}).interruptedStep).toBeNull();
  });

  it('is told of no more once it is kept as it is', () => {
    keepRun(runs, host, settled({ status: 'running', step: 31 }));
    expect(runs.find(ID)).toMatchObject({ status: 'finished', interruptedStep: null });
  });

  it('is told of by a list of who only reads', () => {
    runs.update(ID, { status: 'running', step: 31 });
    expect(listRuns(runs, host, false)[0]).toMatchObject({ status: 'paused', interruptedStep: 31 });
    expect(runs.find(ID)!.interruptedStep).toBeNull();
  });
});

describe('[Y2] a run at rest by what somebody asked for', () => {
  it('is not said to be interrupted when its pause was made, and is when the checkpoint is missing', () => {
    expect(settled({ status: 'pausing', step: 20 })).toMatchObject({ status: 'paused', interruptedStep: null });
    expect(settled({ status: 'pausing', step: 24 })).toMatchObject({ ...AT_20, interruptedStep: 24 });
  });

  it('that waited for its turn is told of after a kill alone', () => {
    expect(settled({ status: 'queued', step: 20 }, false)).toMatchObject({ status: 'paused', interruptedStep: null });
    expect(settled({ status: 'queued', step: 20 }, true)).toMatchObject({ status: 'paused', interruptedStep: 20 });
  });

  it('is left alone while a process holds it', () => {
    folder = { ...folder, isHeld: true };
    expect(settled({ status: 'running', step: 31 })).toMatchObject({ status: 'running', interruptedStep: null });
  });
});
