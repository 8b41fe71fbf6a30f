/** Milliseconds between two looks. */
const INTERVAL_MS = 500;

/**
 * Notices that the process which started this one is gone, and calls `onGone` once. npm runs its scripts through a
 * shell and ends only the shell when it is told to end: without this look a training would live on, unseen.
 *
 * The timer does not keep the process alive.
 *
 * @returns a function that stops looking.
 */
export function watchParent(
  onGone: () => void,
  readParent: () => number = () => process.ppid,
  intervalMs: number = INTERVAL_MS,
): () => void {
  const parent = readParent();
  const timer = setInterval(() => {
    if (readParent() === parent) return;
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
