/**
 * Starting a program of ours as the command's own: its arguments, terminal, signals and exit code are those of
 * whoever called npm, and it does not outlive this process.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { projectEnvironment } from './setup/places.mjs';

const PARENT_POLL_MS = 500;
const FORWARDED = ['SIGTERM', 'SIGHUP'];
const ignore = () => undefined;

/** The exit code that a shell gives for an end by signal. */
function exitCodeOf(code, signal) {
  return signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
}

/**
 * Becomes the program where the running Node can replace itself (Node 24 on POSIX): nothing stands between the shell
 * and it. Otherwise (the very first start, on an older Node; Windows) runs it as a child.
 */
export function becomeProgram(program, args) {
  const env = projectEnvironment();
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    for (const signal of ['SIGINT', ...FORWARDED]) process.removeAllListeners(signal);
    process.execve(program, [program, ...args], env);
  }
  return runToEnd(program, args, { env, stdio: 'inherit' });
}

/**
 * Runs a program to its end; resolves to its exit code. A terminal's Ctrl-C reaches the child by itself, other signals
 * are handed on, and when our own parent goes the child is told to end.
 */
export function runToEnd(program, args, options) {
  return new Promise((resolve, reject) => {
    for (const signal of ['SIGINT', ...FORWARDED]) process.removeAllListeners(signal);
    const child = spawn(program, args, options);
    const handOn = (signal) => child.kill(signal);
    process.on('SIGINT', ignore);
    for (const signal of FORWARDED) process.on(signal, handOn);
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_POLL_MS);
    const finish = () => {
      clearInterval(watch);
      process.removeListener('SIGINT', ignore);
      for (const signal of FORWARDED) process.removeListener(signal, handOn);
    };
    child.on('error', (error) => (finish(), reject(error)));
    child.on('exit', (code, signal) => (finish(), resolve(exitCodeOf(code, signal))));
  });
}
