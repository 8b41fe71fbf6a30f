import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startCompute } from '#hosts/compute/client.ts';
import { isSomeRunHeld } from '#hosts/compute/run-folders.ts';
import { holdRun } from '#hosts/compute/run-lock.ts';
import { tensorFlowEnvironment } from '#tensorflow/environment.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

/** What a compute process finds in its environment, as the kernel has it. */
async function environmentOfChild(maySeeGpus?: boolean): Promise<Readonly<Record<string, string>>> {
  const { process: child } = startCompute(1, () => undefined, maySeeGpus);
  await new Promise((resolve) => child.once('spawn', resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const lines = readFileSync(`/proc/${child.pid}/environ`, 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

describe.skipIf(process.platform !== 'linux')('a compute process', () => {
  it('sees no GPU where the CPU was asked for, whatever else names one', async () => {
    vi.stubEnv('KINDRED_DEVICE', 'cpu');
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '0,1');
    expect(await environmentOfChild()).toMatchObject({ CUDA_VISIBLE_DEVICES: '-1', TF_NUM_INTRAOP_THREADS: '1' });
  });

  it.each(['gpu', undefined])('is left the GPUs it was given where the device is %s', async (device) => {
    vi.stubEnv('KINDRED_DEVICE', device);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
    expect((await environmentOfChild())['CUDA_VISIBLE_DEVICES']).toBe('1');
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    expect(await environmentOfChild()).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
  });

  it('sees none either where its work is not worth one, even if GPUs are asked for', async () => {
    vi.stubEnv('KINDRED_DEVICE', 'gpu');
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
    expect(await environmentOfChild(false)).toMatchObject({ CUDA_VISIBLE_DEVICES: '-1', KINDRED_DEVICE: 'cpu' });
  });

  it('keeps what somebody set for TensorFlow', async () => {
    vi.stubEnv('OMP_NUM_THREADS', '7');
    vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', undefined);
    expect(await environmentOfChild()).toMatchObject({ OMP_NUM_THREADS: '7', TF_FORCE_GPU_ALLOW_GROWTH: 'true' });
  });
});

it('a run that some process trains is seen from outside', () => {
  const runs = temporaryFolder();
  expect(isSomeRunHeld(join(runs, 'none'))).toBe(false);
  for (const id of ['rm1abcd00aaaa', 'rm1abcd01bbbb']) mkdirSync(join(runs, id));
  expect(isSomeRunHeld(runs)).toBe(false);
  const release = holdRun(join(runs, 'rm1abcd01bbbb'));
  expect(isSomeRunHeld(runs)).toBe(true);
  release();
  expect(isSomeRunHeld(runs)).toBe(false);
});

describe('tensorFlowEnvironment', () => {
  it('names nothing that is set already, but the GPUs where there are to be none', () => {
    const set = { TF_CPP_MIN_LOG_LEVEL: '0', CUDA_VISIBLE_DEVICES: '0' };
    expect(tensorFlowEnvironment(2, set)).not.toHaveProperty('TF_CPP_MIN_LOG_LEVEL');
    expect(tensorFlowEnvironment(2, set)).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
    expect(tensorFlowEnvironment(2, { ...set, KINDRED_DEVICE: 'cpu' })['CUDA_VISIBLE_DEVICES']).toBe('-1');
  });
});
