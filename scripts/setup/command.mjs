/** Starting other programs. Their output is kept and shown only when they fail. */
import { spawn, spawnSync } from 'node:child_process';
import { shareLocks } from './lock.mjs';
import { SetupError } from './progress.mjs';

const KEPT_CHARACTERS = 6000;

/** True when the program starts and ends with 0. */
export function works(program, args, env = process.env) {
  return spawnSync(program, args, { stdio: 'ignore', env }).status === 0;
}

/** Standard output of a short command, trimmed; null when it fails. */
export function outputOf(program, args, env = process.env) {
  const result = spawnSync(program, args, { encoding: 'utf8', env });
  return result.status === 0 ? result.stdout.trim() : null;
}

/**
 * Runs a command to its end.
 * @returns what it wrote, stdout and stderr together.
 * @throws SetupError with the end of its output when it can't be started or fails.
 */
export function runCommand(program, args, { env = process.env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    if (child.pid !== undefined) shareLocks(child.pid);
    let written = '';
    const keep = (chunk) => {
      written = (written + chunk).slice(-KEPT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const finish = (problem) => {
      process.removeListener('exit', stop);
      if (problem === null) resolve(written);
      else reject(new SetupError(`${[program, ...args].join(' ')} ${problem}.\n${written.trim()}`));
    };
    child.on('error', (error) => finish(`could not be started: ${error.message}`));
    child.on('close', (code, signal) => finish(code === 0 ? null : `ended with ${signal ?? code}`));
  });
}
