/** What `npm start` hands to the shell. Each is one word that begins with a dash, so that it is nothing to be opened. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface StartOptions {
  /** Absolute; null: the platform's own. */
  readonly library: string | null;
  /** Where the engine is to listen at first; 0: anywhere. */
  readonly port: number;
  /**
   * Where the window keeps its own data. One window is open for a library: a second start goes to it, and is told from a
   * start on another library by this folder.
   */
  readonly windowFolder: string;
}

/**
 * @param words `--library=DIR` and `--port=N` among others; the environment names a library too.
 * @param usualFolder where the window keeps its data when no library is named.
 */
export function startOptionsOf(
  words: readonly string[],
  usualFolder: string,
  environment: NodeJS.ProcessEnv = process.env,
): StartOptions {
  const valueOf = (name: string): string | null => {
    const begin = `--${name}=`;
    return words.find((word) => word.startsWith(begin))?.slice(begin.length) ?? null;
  };
  const library = valueOf('library') ?? (environment['KINDRED_LIBRARY'] || null);
  return {
    library,
    port: Number(valueOf('port') ?? 0),
    windowFolder: library === null ? usualFolder : join(usualFolder, `library-${hashOf(library)}`),
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
