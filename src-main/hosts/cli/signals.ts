/**
 * Signals of the process that owns the terminal. The first asks the job to end well. Those that arrive within one
 * second of it are the same key press (a terminal's Ctrl-C reaches a process group more than once). A later one ends
 * the process at once.
 */
const SAME_PRESS_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening. */
  readonly release: () => void;
}

/**
 * @param onSecond what a later signal does; default: leave with 130.
 * @param nowMs monotonic milliseconds.
 */
export function listenForInterruption(
  source: NodeJS.EventEmitter = process,
  onSecond: () => void = () => process.exit(EXIT_INTERRUPTED),
  nowMs: () => number = () => performance.now(),
): Interruption {
  const controller = new AbortController();
  let firstMs: number | null = null;
  const onSignal = (): void => {
    if (firstMs === null) {
      firstMs = nowMs();
      controller.abort();
    } else if (nowMs() - firstMs > SAME_PRESS_MS) onSecond();
  };
  for (const name of SIGNALS) source.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) source.off(name, onSignal);
    },
  };
}
