import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { watchParent } from '#hosts/cli/parent-watch.ts';

const watchModule = new URL('../../../../src-main/hosts/cli/parent-watch.ts', import.meta.url).href;
const shortly = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('watchParent', () => {
  it('calls once when the parent changes, and not before', async () => {
    let parent = 7;
    let calls = 0;
    watchParent(
      () => calls++,
      () => parent,
      5,
    );
    await shortly(30);
    expect(calls).toBe(0);
    parent = 1;
    await shortly(60);
    expect(calls).toBe(1);
  });

  it('looks no more once it is stopped', async () => {
    let parent = 7;
    let calls = 0;
    const stop = watchParent(
      () => calls++,
      () => parent,
      5,
    );
    stop();
    parent = 1;
    await shortly(30);
    expect(calls).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('ends a process whose shell is killed', async () => {
    const code = `
      import { watchParent } from ${JSON.stringify(watchModule)};
      watchParent(() => process.kill(process.pid, 'SIGTERM'));
      setInterval(() => {}, 1000);
      console.log(process.pid);`;
    // The second command keeps the shell from replacing itself with the first.
    const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, code]);
    const child = await new Promise<number>((resolve) => shell.stdout.once('data', (text) => resolve(Number(text))));
    expect(isAlive(child)).toBe(true);
    shell.kill('SIGKILL');
    for (let waitedMs = 0; isAlive(child) && waitedMs < 20_000; waitedMs += 50) await shortly(50);
    expect(isAlive(child)).toBe(false);
  });
});
