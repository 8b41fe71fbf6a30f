import { Command, CommanderError } from 'commander';
import { distance } from 'fastest-levenshtein';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import type { Cli } from './command.ts';
import { commandList } from './command-list.ts';
import { libraryFolder } from './folders.ts';
import { entryOf, Output, type TextSink } from './output.ts';
import { listenForInterruption } from './signals.ts';
import { ownVersion } from './own-version.ts';
import { spreadSettings } from './spread-settings.ts';
import { Wiring } from './wiring.ts';

/** What a person types before a command's name. */
const TYPED = 'npm start --';

/** Options that every command takes, before or after its name. */
interface GlobalOptions {
  readonly json?: boolean;
  readonly library?: string;
}

/** Options with a value that may stand before a command, or without one: the studio's own among them. */
const VALUED = new Set(['--library', '--port']);

/** The first word that is neither an option nor the value of one that may come first. */
export function commandNameIn(words: readonly string[]): string | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (VALUED.has(word)) i++;
    else if (!word.startsWith('-')) return word;
  }
  return null;
}

const ASKING: readonly string[] = ['--help', '-h', '--version'];

/** Nothing but options opens the studio; `help COMMAND` is `COMMAND --help`. */
function withDefaultCommand(words: readonly string[]): readonly string[] {
  if (words[0] === 'help') return [...words.slice(1), '--help'];
  const isAsking = commandNameIn(words) !== null || words.some((word) => ASKING.includes(word));
  return isAsking ? words : ['studio', ...words];
}

/** The nearest of some names when it is near enough to have been meant, or null. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const nearest = names.toSorted((a, b) => distance(name, a) - distance(name, b))[0];
  return nearest !== undefined && distance(name, nearest) <= Math.max(2, name.length / 3) ? nearest : null;
}

async function makeProgram(words: readonly string[], stdout: TextSink, cli: () => Cli): Promise<Command> {
  const program = new Command(TYPED)
    .description('Learns what makes your images alike, on this computer, without labels.')
    .version(ownVersion(), '--version', 'print the version')
    .option('--json', 'one JSON object a line on stdout')
    .option('--library <dir>', "the library's folder (else KINDRED_LIBRARY, else the platform's data folder)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => {}, outputError: () => {} })
    .exitOverride();
  const asked = commandNameIn(words);
  for (const entry of commandList) {
    if (entry.name === asked) (await entry.load()).register(program, cli);
    else program.command(entry.name).description(entry.summary).allowUnknownOption().allowExcessArguments();
  }
  return program;
}

/** The command a person may have meant, in words. */
function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? `There are ${names.join(', ')}.` : `Did you mean "${nearest}"?`;
}

/** What commander found wrong, in the catalogue's terms; null when it only printed the help. */
function usageError(error: CommanderError, program: Command, words: readonly string[]): KindredError | null {
  if (error.exitCode === 0) return null;
  const asked = commandNameIn(words);
  const names = program.commands.map((command) => command.name());
  if (asked === null && !words.some((word) => word.startsWith('-'))) {
    return new KindredError('usage.invalid', `Name a command: ${names.join(', ')}.`);
  }
  if (asked !== null && !names.includes(asked)) {
    return new KindredError('usage.invalid', `There is no command "${asked}". ${suggestion(asked, names)}`, { asked });
  }
  const parent = program.commands.find((command) => command.name() === asked);
  const subcommands = parent?.commands.map((command) => command.name()) ?? [];
  if (error.code === 'commander.excessArguments' && subcommands.length > 0 && !subcommands.includes(parent!.args[0]!)) {
    const word = parent!.args[0]!;
    const text = `"${asked}" has no subcommand "${word}". ${suggestion(word, subcommands)}`;
    return new KindredError('usage.invalid', text, { asked, subcommand: word });
  }
  const [problem, hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const sentence = problem!.replace(/\.$/, '').replace(/^./, (first) => first.toUpperCase());
  const help = `See "${[TYPED, ...(asked === null ? [] : [asked]), '--help'].join(' ')}".`;
  return new KindredError('usage.invalid', `${sentence}. ${hint.replace(/^\((.*)\)$/, '$1 ')}${help}`, { asked });
}

/** Anything thrown as an error of the catalogue, or null when there is nothing to report. */
function asKindredError(error: unknown, program: Command | null, words: readonly string[]): KindredError | null {
  if (error instanceof CommanderError && program !== null) return usageError(error, program, words);
  if (isKindredError(error)) return error;
  const trace = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return new KindredError('internal.unexpected', `This is a fault in Kindred; please report it.\n${trace}`, {}, error);
}

/** A reader that went away (`| head`) is not an error of ours. */
function leaveQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/**
 * Runs one command line to its end.
 *
 * @param given arguments without node and script.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted in a consistent state.
 */
export async function runCommandLine(
  given: readonly string[],
  stdout: TextSink = process.stdout,
  stderr: TextSink = process.stderr,
): Promise<number> {
  leaveQuietlyOnClosedPipe();
  const words = spreadSettings(withDefaultCommand(given));
  const output = new Output({ json: words.includes('--json'), stdout, stderr, nowMs: () => performance.now() });
  const interruption = listenForInterruption();
  let cli: Cli | null = null;
  let program: Command | null = null;
  const makeCli = (): Cli => {
    if (cli !== null) return cli;
    const folder = libraryFolder(program?.opts<GlobalOptions>().library);
    const wiring = new Wiring(folder, (text) => output.warning(text));
    return (cli = { output, signal: interruption.signal, wiring });
  };
  try {
    program = await makeProgram(words, stdout, makeCli);
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (thrown) {
    const error = asKindredError(thrown, program, words);
    if (error === null) return 0;
    output.error(error);
    return entryOf(error.code)?.exitCode ?? 1;
  } finally {
    output.finish();
    interruption.release();
    await closeWiring(cli);
  }
}

async function closeWiring(cli: Cli | null): Promise<void> {
  await cli?.wiring.close();
}
