import { describe, expect, it } from 'vitest';
import * as runState from '#training/run-state.ts';
import { newRunState, type RunState, type RunStatus } from '#training/run-state.ts';

const { begin, stepped, requestPause, checkpointed, complete, fail, foundDead, isResumable } = runState;
const stateWith = (status: RunStatus, step = 5, checkpointStep: number | null = 5): RunState => ({
  status,
  step,
  checkpointStep,
});

describe('run states', () => {
  it('walks from queued over a pause to finished', () => {
    let state = checkpointed(begin(newRunState), 0);
    state = requestPause(stepped(state, 3));
    expect(state).toEqual(stateWith('pausing', 3, 0));
    state = checkpointed(state, 3);
    expect(state).toEqual(stateWith('paused', 3, 3));
    state = checkpointed(stepped(begin(state), 9), 9);
    expect(complete(state)).toEqual(stateWith('finished', 9, 9));
  });

  it('allows exactly the changes that are drawn', () => {
    const changes: Record<string, { apply: (state: RunState) => RunState; from: RunStatus[] }> = {
      begin: { apply: begin, from: ['queued', 'paused', 'failed'] },
      stepped: { apply: (state) => stepped(state, 6), from: ['running', 'pausing'] },
      requestPause: { apply: requestPause, from: ['running', 'pausing'] },
      checkpointed: { apply: (state) => checkpointed(state, 5), from: ['running', 'pausing'] },
      complete: { apply: complete, from: ['running', 'pausing'] },
      fail: { apply: fail, from: ['running', 'pausing'] },
      foundDead: { apply: (state) => foundDead(state, 5), from: ['queued', 'running', 'pausing'] },
    };
    const all: RunStatus[] = ['queued', 'running', 'pausing', 'paused', 'finished', 'failed'];
    for (const { apply, from } of Object.values(changes)) {
      for (const status of all) {
        if (from.includes(status)) expect(() => apply(stateWith(status))).not.toThrow();
        else expect(() => apply(stateWith(status))).toThrow(/A run that is/);
      }
    }
  });

  it('[R1] rests only on a checkpoint of its own step', () => {
    expect(checkpointed(stateWith('pausing', 8, 0), 6).status).toBe('pausing');
    expect(checkpointed(stateWith('pausing', 8, 0), 8).status).toBe('paused');
    expect(() => complete(stateWith('running', 8, 6))).toThrow(/R1/);
  });

  it('[R3] falls back to what is on disk when its process is found dead', () => {
    expect(foundDead(stateWith('running', 80, 40), 60)).toEqual(stateWith('paused', 60, 60));
    expect(foundDead(stateWith('pausing', 2, null), null)).toEqual(stateWith('paused', 0, null));
  });

  it('begins again from the checkpoint, or from the start without one, unless it is finished', () => {
    expect(begin(stateWith('failed', 9, 4))).toEqual(stateWith('running', 4, 4));
    expect(begin(stateWith('failed', 7, null))).toEqual(stateWith('running', 0, null));
    expect(isResumable(stateWith('failed', 0, null))).toBe(true);
    expect(isResumable(stateWith('paused'))).toBe(true);
    expect(isResumable(stateWith('finished'))).toBe(false);
  });
});
