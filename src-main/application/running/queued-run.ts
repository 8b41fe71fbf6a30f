import type { Run, RunPlan } from '../ports/runs.ts';

/** A run as it is before its first step. */
export function queuedRun({ runId, name, datasetId, config }: RunPlan, createdMs: number): Run {
  return {
    id: runId,
    name,
    datasetId,
    status: 'queued',
    config,
    createdMs,
    startedMs: null,
    endedMs: null,
    step: 0,
    totalSteps: null,
    elapsedMs: 0,
    loss: null,
    headline: null,
    failure: null,
    interruptedStep: null,
  };
}
