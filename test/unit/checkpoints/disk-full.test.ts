import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointFolderStore } from '#checkpoints/checkpoint-store.ts';
import type { Checkpoint } from '#training/ports.ts';

const disk = mkdtempSync(join(tmpdir(), 'kindred-small-disk-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;

afterAll(() => {
  if (canMount) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

function checkpointAt(step: number): Checkpoint {
  const values = new Float32Array(75_000).fill(step + 1);
  const state = new Map([['encoder/weight', { shape: [75_000], dtype: 'float32' as const, values }]]);
  return { meta: { step, epoch: 0, elapsedMs: 0, metrics: {} }, state };
}

describe.skipIf(!canMount)('a full disk (needs the right to mount a tmpfs)', () => {
  it('says disk.full, keeps the older checkpoints, leaves no rest, and goes on once there is room', async () => {
    const store = new CheckpointFolderStore(join(disk, 'checkpoints'), () => {});
    await store.open();
    await store.write(checkpointAt(0), []);
    await store.write(checkpointAt(1), []);
    writeFileSync(join(disk, 'other'), new Uint8Array(300_000));
    await expect(store.write(checkpointAt(2), ['final'])).rejects.toMatchObject({
      code: 'disk.full',
      message: expect.stringMatching(/checkpoint of step 2 could not be written.*Checkpoint 1 is intact/),
    });
    expect((await store.readNewest())?.state).toEqual(checkpointAt(1).state);
    expect(readdirSync(join(disk, 'checkpoints')).filter((name) => name.startsWith('.'))).toEqual([]);
    rmSync(join(disk, 'other'));
    await store.write(checkpointAt(2), ['final']);
    expect((await store.readNewest())?.meta.step).toBe(2);
  });
});
