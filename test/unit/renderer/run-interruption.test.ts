import { describe, expect, it } from 'vitest';
import { interruptionOf } from '../../../src-renderer/state/run-interruption.ts';

const said = (step: number, interruptedStep: number | null): string | null => {
  const words = interruptionOf({ step, interruptedStep });
  return words && `${words.what}. ${words.cost}`;
};

describe('what is said of a run that was cut off', () => {
  it('is nothing when it was not, or somebody knows', () => {
    expect(said(120, null)).toBeNull();
  });

  it('claims no step when it has heard of none', () => {
    expect(said(0, 0)).toBe('was interrupted before anything of it was kept. It begins anew.');
  });

  it('counts the steps that are made again, and says when there are none', () => {
    expect(said(1200, 1200)).toBe('was interrupted at step 1,200. Nothing is lost.');
    expect(said(120, 134)).toBe(
      'was interrupted at step 134. Its last checkpoint is of step 120; nothing was kept of the 14 steps after it, which are made again.',
    );
    expect(said(120, 121)).toMatch(/nothing was kept of the 1 step after it, which is made again\.$/);
    expect(said(0, 9)).toBe('was interrupted at step 9. Nothing of it was kept, so it begins anew.');
  });
});
