import { describe, expect, it } from 'vitest';
import { keepRun } from '#application/keep-run.ts';
import type { Run, RunFolderState } from '#application/ports/runs.ts';
import { queuedRun } from '#application/running/queued-run.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';

const ID = 'r1' as RunId;
const host = (state: Partial<RunFolderState>) => ({
  inspect: (): RunFolderState => ({ isHeld: false, checkpoint: null, totalSteps: 100, ...state }),
});

function pausedRun(): { runs: ReturnType<typeof openTestLibrary>['stores']['runs']; run: Run } {
  const { runs, datasets } = openTestLibrary().stores;
  const datasetId: DatasetId = datasets.insert('moths', 0).id;
  const config = trainingConfigSchema.parse({});
  runs.insert({ ...queuedRun({ runId: ID, name: 'night', datasetId, config } as never, 0), status: 'paused' });
  return { runs, run: runs.find(ID)! };
}

describe('keepRun', () => {
  it('finishes a run at rest where its newest checkpoint stands', () => {
    const { runs, run } = pausedRun();
    expect(keepRun(runs, host({ checkpoint: { step: 40, elapsedMs: 9000 } }), run)).toBe(40);
    expect(runs.find(ID)).toMatchObject({ status: 'finished', step: 40, elapsedMs: 9000, failure: null });
  });

  it('refuses one that is trained, and one that has learnt nothing yet', () => {
    const { runs, run } = pausedRun();
    expect(() => keepRun(runs, host({ isHeld: true }), run)).toThrow(/being trained. Pause it first/);
    expect(() => keepRun(runs, host({ checkpoint: { step: 0, elapsedMs: 0 } }), run)).toThrow(/no trained encoder/);
    expect(() => keepRun(runs, host({}), run)).toThrow(/no trained encoder/);
    expect(runs.find(ID)?.status).toBe('paused');
  });
});
