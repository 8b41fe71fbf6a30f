/**
 * One set-up at a time, across processes.
 *
 * The lock is a file that names its holder (process id and, on Linux, when that process started, so
 * that a reused id is not mistaken for it). A lock whose holder is gone is taken over by renaming it away first: of
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

function readHolder(path) {
  try {
    const [pid, start] = readFileSync(path, 'utf8').split(' ');
    return pid === '' || pid === undefined ? null : { pid: Number(pid), start: start ?? '' };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The lock appears with its content or not at all: written aside, then linked, which fails when it is there. */
function tryTake(path) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${process.pid} ${startOf(process.pid)}`);
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

function removeStale(path, holder) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = readHolder(aside);
  // Between reading and renaming another process may have taken the lock: give it back.
  if (taken !== null && taken.pid !== holder.pid) renameSync(aside, path);
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
    const holder = readHolder(path);
    if (holder !== null && !isAlive(holder)) {
      removeStale(path, holder);
      continue;
    }
    if (!told && holder !== null) onWait(holder.pid);
    told ||= holder !== null;
    await sleep(POLL_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
