import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DesktopMessage } from '#contract/studio/desktop.ts';

/** What the system opens with Kindred by an address begins with this. */
export const SCHEME = 'kindred';

/**
 * What a command line, or the system, hands to the app: addresses of ours, and paths of what is there. All else (options
 * of Chromium among it) is left out.
 *
 * @param base absolute; relative paths are meant from there.
 */
export function messagesOf(words: readonly string[], base: string): readonly DesktopMessage[] {
  const isLink = (word: string): boolean => word.startsWith(`${SCHEME}:`);
  const paths = words
    .filter((word) => word !== '' && !word.startsWith('-') && !isLink(word))
    .map((word) => resolve(base, word))
    .filter((path) => existsSync(path));
  return [
    ...words.filter(isLink).map((link) => ({ kind: 'link', link }) as const),
    ...(paths.length === 0 ? [] : [{ kind: 'paths', paths } as const]),
  ];
}
