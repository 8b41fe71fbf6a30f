/** A library made for the bench, with the folders that its rows need imported once. */
import { join } from 'node:path';
import { runCommand } from '#test/support/command-line.ts';
import type { BenchContext } from './row.ts';

export const COMMAND_LINE = join(import.meta.dirname, '..', '..', '..', 'src-main', 'hosts', 'cli', 'main.ts');

const imports = new Map<string, Promise<number>>();

export function libraryOf({ scratch }: BenchContext): string {
  return join(scratch, 'library');
}

/** Imports a folder under a name, unless it has been. @returns seconds that it took. @throws Error when it fails. */
export function importOnce(context: BenchContext, folder: string, name: string): Promise<number> {
  const known = imports.get(name);
  if (known !== undefined) return known;
  context.note(`  importing ${name}`);
  const made = (async () => {
    const startMs = performance.now();
    await commanded(context, 'import', folder, '--name', name);
    return (performance.now() - startMs) / 1000;
  })();
  imports.set(name, made);
  return made;
}

/** @returns the events of a command that must succeed. */
export async function commanded(
  context: BenchContext,
  ...words: string[]
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { code, events, stderr } = await runCommand(libraryOf(context), ...words, '--json');
  if (code !== 0) throw new Error(`"${words.join(' ')}" ended with ${code}: ${stderr.slice(-2000)}`);
  return events;
}
