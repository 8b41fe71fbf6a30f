/** A contestant whose turn is a whole program, from its start to its end; between turns nothing of it runs. */
import { createInterface } from 'node:readline';
import { ProcessGroup } from './process-group.ts';
import type { Contestant } from './row.ts';

export interface WholeCommand {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

export interface CommandOutcome {
  /** From the start of the process to the end of its group. */
  readonly seconds: number;
  /** The largest of its group's memory; memory shared within the group counts once. 0 unless it was watched. */
  readonly peakMB: number;
  /** Its lines that are JSON objects. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

export interface Watch {
  /** Looks at the memory four times a second, which itself takes a tenth of a core. */
  readonly memory?: boolean;
  /** Ends the program at the line for which this is true; else it runs to its own end. */
  readonly endAt?: (line: Readonly<Record<string, unknown>>) => boolean;
}

const LOOK_EVERY_MS = 250;

/** Runs a program. @throws Error with its last words when it fails. */
export async function runWhole(
  { command, words, environment }: WholeCommand,
  watch: Watch = {},
): Promise<CommandOutcome> {
  const startMs = performance.now();
  const group = new ProcessGroup(command, words, environment);
  const lines: Readonly<Record<string, unknown>>[] = [];
  let [peakBytes, isEnough] = [0, false];
  const look = (): void => void (peakBytes = Math.max(peakBytes, group.memoryBytes()));
  const looking = watch.memory === true ? setInterval(look, LOOK_EVERY_MS) : undefined;
  createInterface(group.child.stdout!).on('line', (text) => {
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
    lines.push(line);
    if (isEnough || watch.endAt?.(line) !== true) return;
    isEnough = true;
    void group.end();
  });
  try {
    await group.ended;
  } finally {
    clearInterval(looking);
  }
  if (!isEnough && group.child.exitCode !== 0)
    throw new Error(`"${words.join(' ')}" ended with ${String(group.child.exitCode)}: ${group.lastWords}`);
  return { seconds: (performance.now() - startMs) / 1000, peakMB: peakBytes / 1e6, lines };
}

/** A contestant that has nothing to keep between turns. */
export function turning(name: string, turn: (facts: Record<string, number>) => Promise<number>): Contestant {
  const facts: Record<string, number> = {};
  return {
    name,
    start: () => Promise.resolve({ turn: () => turn(facts), facts: () => facts, stop: () => Promise.resolve() }),
  };
}
