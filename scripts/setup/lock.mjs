/**
 * One set-up at a time, across processes.
 *
 * The lock is a file that names its holders, one a line: the process that took it and the programs it started, which
 * may outlive it (npm goes on when we are killed). On Linux a holder's start time stands beside its id, so that a
 * reused id is not mistaken for it. A lock whose holders are all gone is taken over by renaming it away first: of
 * several that try, one succeeds.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 300;

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), or '' where there is no /proc. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, start }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return start === '' || startOf(pid) === start;
}

const describe = (pid) => `${pid} ${startOf(pid)}`;

/** The holders, first the one that took it; empty when there is no lock. */
function readHolders(path) {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.map((line) => line.split(' ')).map(([pid, start = '']) => ({ pid: Number(pid), start }));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Locks that this process holds: path → lines. */
const held = new Map();

/** Makes a program that this process started a holder of its locks too: they last until both have ended. */
export function shareLocks(pid) {
  for (const [path, lines] of held) {
    lines.push(describe(pid));
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, lines.join('\n'));
    renameSync(aside, path);
  }
}

/** The lock appears with its content or not at all: written aside, then linked, which fails when it is there. */
function tryTake(path) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, describe(process.pid));
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function removeStale(path, holders) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const [taken] = readHolders(aside);
  // Between reading and renaming another process may have taken the lock: give it back.
  if (taken !== undefined && taken.pid !== holders[0].pid) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

/**
 * Runs `work` while holding the lock; waits for as long as a living process holds it.
 * @param onWait called once with the holder's process id when there is something to wait for.
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryTake(path)) {
    const holders = readHolders(path);
    const living = holders.find(isAlive);
    if (holders.length > 0 && living === undefined) {
      removeStale(path, holders);
      continue;
    }
    if (!told && living !== undefined) onWait(living.pid);
    told ||= living !== undefined;
    await sleep(POLL_MS);
  }
  held.set(path, [describe(process.pid)]);
  const release = () => {
    held.delete(path);
    rmSync(path, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
