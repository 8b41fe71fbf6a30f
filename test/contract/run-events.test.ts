import { describe, expect, it } from 'vitest';
import type { RunEvent, RunOutcome } from '#application/ports/runs.ts';
import type { RunId } from '#base/ids.ts';
import { runEventSchema } from '#contract/run-events.ts';
import { Output } from '#hosts/cli/output.ts';
import { RunReport } from '#hosts/cli/run-report.ts';

const id = 'rabcdefgh1234' as RunId;

const common = { step: 10, totalSteps: 100 };
const events: readonly RunEvent[] = [
  {
    kind: 'started',
    ...common,
    stepsPerEpoch: 20,
    batchSize: 256,
    device: 'cpu',
    precision: 'float32',
    compiled: true,
    remainingMs: 1000,
    checkpointBytes: 5e6,
    memoryBytes: 5e8,
    freeDiskBytes: 5e9,
    notes: ['A note.'],
  },
  {
    kind: 'progress',
    ...common,
    epoch: 0.5,
    loss: 5.1,
    noSignalLoss: 6.2,
    learningRate: 0.1,
    viewsPerSecond: 500,
    waitingShare: 0.01,
    elapsedMs: 900,
    remainingMs: 100,
    measures: { contrastiveAccuracy: 0.4 },
  },
  { kind: 'checkpointed', step: 10, sizeBytes: 5e6, durationMs: 12 },
  { kind: 'evaluated', protocol: 'knn', step: 10, top1: 0.4, chance: 0.1, k: 200, n: 1000 },
  { kind: 'advice', step: 10, code: 'training.noSignal', message: 'The loss has not left its no-signal value.' },
];

/** The lines of `--json` for a session with every kind of event that ends in some way. */
function linesOf(outcome: RunOutcome): readonly unknown[] {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  const report = new RunReport(new Output({ json: true, stdout, stderr: { write: () => {} }, nowMs: () => 0 }), id);
  for (const event of events) report.onEvent(event);
  try {
    report.ended({ id, name: 'first', outcome }, false);
  } catch {
    // A failed run ends the command with an error, after its last line.
  }
  const lines = text.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('the lines of train --json', () => {
  it.each<[string, RunOutcome]>([
    ['run.finished', { status: 'finished', step: 100, elapsedMs: 5000, viewsPerSecond: 500, waitingShare: 0.01 }],
    ['run.paused', { status: 'paused', step: 60, elapsedMs: 3000 }],
    ['run.failed', { status: 'failed', failure: { code: 'training.diverged', message: 'Loss is NaN.', step: 61 } }],
  ])('are all in the contract, and end with %s', (last, outcome) => {
    const lines = linesOf(outcome).map((line) => runEventSchema.parse(line));
    expect(lines.map((line) => line.event)).toEqual([
      'run.started',
      'run.progress',
      'run.checkpointed',
      'run.evaluated',
      'run.advised',
      last,
    ]);
    expect(lines.every((line) => line.runId === id)).toBe(true);
  });
});
