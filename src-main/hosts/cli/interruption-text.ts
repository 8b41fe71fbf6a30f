import type { Run } from '#application/ports/runs.ts';
import { resumeCommand } from '#application/resume-run.ts';
import { countOf } from './wording.ts';

/** What is said of a run whose process ended without a word, and how to go on; nothing of any other. */
export function interruptionLines({ id, name, status, step, interruptedStep }: Run): readonly string[] {
  if (interruptedStep === null || status !== 'paused') return [];
  // The first second or two may have been trained without a line about it.
  const where = interruptedStep === 0 ? 'before anything of it was kept' : `at step ${interruptedStep}`;
  const lost = interruptedStep - step;
  const what = lost === 0 ? '' : ` Of its last ${countOf(lost, 'step')} nothing was kept.`;
  const from = step === 0 ? 'Start it again' : `Go on from its checkpoint of step ${step}`;
  return [`Run ${id} "${name}" was interrupted ${where}.${what} ${from}: ${resumeCommand(id)}`];
}
