import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { operationTimes } from '#tensorflow/profile/run-trace.ts';
import { takeTrace, traceNextRun } from '#tensorflow/profile/trace-session.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import {
  smallNetwork,
  smallNetworkBatch,
  smallNetworkState,
  smallNetworkValues,
} from '#test/support/small-network-step.ts';

checkNativeTensorLeaks();

let session: Session;
beforeAll(() => void (session = new Session(compileGraph(smallNetworkState, smallNetwork()))));
afterAll(() => session.dispose());

const isOn = () => traceNextRun(nativeBackend().binding);
const taken = () => operationTimes(takeTrace(nativeBackend().binding));

describe("TensorFlow's timeline", () => {
  beforeEach(({ skip }) => skip(nativeBackend().binding.isUsingGpuDevice(), 'a GPU is not traced'));

  it('names the operations of the next run, and of that one alone, within its time', () => {
    session.run('writeState', smallNetworkValues());
    session.run('step', smallNetworkBatch(0.1));
    expect(isOn()).toBe(true);
    const startMs = performance.now();
    session.run('step', smallNetworkBatch(0.1));
    const tookUs = 1000 * (performance.now() - startMs);
    session.run('step', smallNetworkBatch(0.1));
    const times = taken();
    expect(times.filter(({ op }) => op.endsWith('Conv2D'))).toHaveLength(1);
    expect(times.filter(({ op }) => op === 'AssignVariableOp')).toHaveLength(4);
    for (const { op, startUs, endUs } of times) expect(endUs - startUs, op).toBeGreaterThanOrEqual(0);
    const lasted = Math.max(...times.map(({ endUs }) => endUs)) - Math.min(...times.map(({ startUs }) => startUs));
    expect(lasted).toBeLessThan(tookUs);
    expect(taken()).toEqual([]);
  });

  it('is whole after a run that failed', () => {
    session.run(
      'writeState',
      new Map([...smallNetworkValues(), ['gamma', { shape: [4], values: new Float32Array(4).fill(NaN) }]]),
    );
    isOn();
    expect(() => session.run('step', smallNetworkBatch(0.1))).toThrow(/not finite/);
    isOn();
    session.run('writeState', smallNetworkValues());
    expect(taken().filter(({ op }) => op === 'AssignVariableOp')).toHaveLength(4);
  });

  it('changes nothing of the losses', () => {
    const losses = (isTraced: boolean) => {
      session.run('writeState', smallNetworkValues());
      return Array.from({ length: 5 }, () => {
        if (isTraced) isOn();
        return session.run('step', smallNetworkBatch(0.1)).get('loss')!.values[0];
      });
    };
    expect(losses(true)).toEqual(losses(false));
    expect(taken()).not.toEqual([]);
  });
});
