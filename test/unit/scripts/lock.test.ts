import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const lockModule = new URL('../../../scripts/setup/lock.mjs', import.meta.url).href;
let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kindred-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock, writes `<name in>`, waits, writes `<name out>` and ends. */
function startHolder(
  name: string,
  holdMs: number,
  heir?: number,
): { readonly ended: Promise<void>; readonly kill: () => void } {
  const code = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { shareLocks, withLock } from ${JSON.stringify(lockModule)};
    const write = (text) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, text + '\\n');
    await withLock(${JSON.stringify(join(folder, 'lock'))}, () => {}, async () => {
      if (${heir ?? 0} > 0) shareLocks(${heir ?? 0});
      write('${name} in'); await sleep(${holdMs}); write('${name} out');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { ended, kill: () => child.kill('SIGKILL') };
}

function logged(): readonly string[] {
  const path = join(folder, 'log');
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the lock of set-up', () => {
  it('lets one process in at a time', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => startHolder(name, 30).ended));
    const lines = logged();
    expect(lines).toHaveLength(8);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace(' in', ' out'));
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('is taken over from a holder that was killed', async () => {
    const first = startHolder('first', 60_000);
    await until(() => logged().length === 1);
    first.kill();
    await first.ended;
    expect(existsSync(join(folder, 'lock'))).toBe(true);
    await startHolder('second', 0).ended;
    expect(logged()).toEqual(['first in', 'second in', 'second out']);
  });

  it('stays held by a program that outlives the holder that started it', async () => {
    const heir = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    const first = startHolder('first', 60_000, heir.pid);
    await until(() => logged().length === 1);
    first.kill();
    await first.ended;
    const second = startHolder('second', 0);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(logged()).toEqual(['first in']);
    heir.kill('SIGKILL');
    await second.ended;
    expect(logged()).toEqual(['first in', 'second in', 'second out']);
  });

  it.runIf(process.platform === 'linux')('is not held by a process that only has the same id', async () => {
    writeFileSync(join(folder, 'lock'), `${process.pid} 1`);
    await startHolder('next', 0).ended;
    expect(logged()).toEqual(['next in', 'next out']);
  });
});
