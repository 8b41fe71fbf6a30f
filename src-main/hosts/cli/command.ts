/** What a command of the terminal is made of: the type every file in `commands/` exports, and what it is given. */
import type { Command } from 'commander';
import type { Output } from './output.ts';
import type { Wiring } from './wiring.ts';

/** All that a command may touch of the outside. */
export interface Cli {
  readonly output: Output;
  /** Aborted by the first SIGINT or SIGTERM. A job then ends in a consistent state and throws `job.interrupted`. */
  readonly signal: AbortSignal;
  /** Use cases over the library in use; opened on first need, closed after the command. */
  readonly wiring: Wiring;
}

/**
 * Declares one command (with its subcommands) on the program. Actions throw `KindredError`; printing it and turning
 * it into an exit code is the frame's work.
 */
export type RegisterCommand = (program: Command, cli: () => Cli) => void;

/** An entry of the list of commands: enough for `--help` and for naming the nearest, without loading the command. */
export interface CommandEntry {
  readonly name: string;
  /** One line, starting with a verb. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly register: RegisterCommand }>;
}
