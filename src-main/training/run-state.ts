/**
 * The states of a run, and the only function that makes each change:
 *
 *   queued  ──begin────────▶ running        pausing ──checkpointed──▶ paused
 *   running ──requestPause─▶ pausing        paused  ──begin─────────▶ running
 *   running ──complete─────▶ finished       failed  ──begin─────────▶ running
 *   running, pausing ──fail─▶ failed        queued, running, pausing ──foundDead──▶ paused
 *
 * R1  A run in `paused` or `finished` has a checkpoint whose step equals its own; one that was found dead before its
 *     first checkpoint rests at step 0 and begins again.
 * R2  Weights, optimizer slots, step and time are saved together or not at all; randomness has no state to save.
 * R3  After a crash at any instant the newest complete checkpoint loads; a partial one is never listed.
 *
 * R1 is kept here; R2 and R3 by checkpoints/. Every other change is refused.
 */
import { KindredError } from '#base/errors.ts';

export type RunStatus = 'queued' | 'running' | 'pausing' | 'paused' | 'finished' | 'failed';

export interface RunState {
  readonly status: RunStatus;
  /** Updates made so far. */
  readonly step: number;
  /** Step of the newest complete checkpoint, null before the first. */
  readonly checkpointStep: number | null;
}

export const newRunState: RunState = { status: 'queued', step: 0, checkpointStep: null };

/** Starts a queued run or goes on with a paused or failed one, from its checkpoint; from step 0 when it has none. */
export function begin(state: RunState): RunState {
  expectStatus('begin', state, ['queued', 'paused', 'failed']);
  return { ...state, status: 'running', step: state.checkpointStep ?? 0 };
}

/** A step was made: the run moves on, its checkpoint stays where it is. */
export function stepped(state: RunState, step: number): RunState {
  expectStatus('stepped', state, ['running', 'pausing']);
  return { ...state, step };
}

/** Asking twice is the same as asking once. */
export function requestPause(state: RunState): RunState {
  expectStatus('requestPause', state, ['running', 'pausing']);
  return { ...state, status: 'pausing' };
}

/** A complete checkpoint of `step` is on disk; a run that was asked to pause rests once it is the newest step. */
export function checkpointed(state: RunState, step: number): RunState {
  expectStatus('checkpointed', state, ['running', 'pausing']);
  const rests = state.status === 'pausing' && step === state.step;
  return { ...state, status: rests ? 'paused' : state.status, checkpointStep: step };
}

/** All steps are made and the last of them is on disk. A pause that came too late is moot. */
export function complete(state: RunState): RunState {
  expectStatus('complete', state, ['running', 'pausing']);
  if (state.checkpointStep !== state.step) {
    throw new Error(`R1: a run at step ${state.step} can't finish on a checkpoint of step ${state.checkpointStep}.`);
  }
  return { ...state, status: 'finished' };
}

/** Something ended the run; it falls back to its checkpoint. */
export function fail(state: RunState): RunState {
  expectStatus('fail', state, ['running', 'pausing']);
  return { ...state, status: 'failed' };
}

/** The process that trained the run, or was about to, is gone without a word: what is on disk is what there is. */
export function foundDead(state: RunState, checkpointStep: number | null): RunState {
  expectStatus('foundDead', state, ['queued', 'running', 'pausing']);
  return { status: 'paused', step: checkpointStep ?? 0, checkpointStep };
}

/** True when `begin` would be accepted. */
export function isResumable(state: RunState): boolean {
  return state.status === 'queued' || state.status === 'paused' || state.status === 'failed';
}

function expectStatus(change: string, state: RunState, allowed: readonly RunStatus[]): void {
  if (allowed.includes(state.status)) return;
  const code = state.status === 'running' || state.status === 'pausing' ? 'run.active' : 'run.notResumable';
  const message = `A run that is ${state.status} can't ${change}; that takes one that is ${allowed.join(' or ')}.`;
  throw new KindredError(code, message, { status: state.status, allowed });
}
