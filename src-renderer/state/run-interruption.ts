/** What is said of a run that was cut off by the end of the process it was trained in. */
import type { RunSummary } from '../../src-main/contract/studio/runs.ts';
import { count, counted } from './wording.ts';

/** How it was cut off and what that cost, as sentences; null: it was not, or somebody knows. */
export function interruptionOf({
  step,
  interruptedStep,
}: Pick<RunSummary, 'step' | 'interruptedStep'>): { readonly what: string; readonly cost: string } | null {
  if (interruptedStep === null) return null;
  // The first second or two may have been trained without a line about it.
  if (interruptedStep === 0) return { what: 'was interrupted before anything of it was kept', cost: 'It begins anew.' };
  const what = `was interrupted at step ${count(interruptedStep)}`;
  const lost = interruptedStep - step;
  if (lost === 0) return { what, cost: 'Nothing is lost.' };
  if (step === 0) return { what, cost: 'Nothing of it was kept, so it begins anew.' };
  const them = lost === 1 ? 'which is made again' : 'which are made again';
  return {
    what,
    cost: `Its last checkpoint is of step ${count(step)}; nothing was kept of the ${counted(lost, 'step')} after it, ${them}.`,
  };
}
