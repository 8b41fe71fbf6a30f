/** The command that a key stands for anywhere in the window; null where it has none, or where somebody types. */
import { isTyping } from './shortcuts.ts';

/** What is looked at of a keyboard's event. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly target: unknown;
}

const PLAIN: Readonly<Record<string, string>> = {
  '?': 'shortcuts.show',
  '/': 'search.focus',
  '1': 'go.images',
  '2': 'go.pairs',
  '3': 'go.train',
  '4': 'go.map',
};

export function keyCommand({ key, ctrlKey, metaKey, altKey, shiftKey, target }: PressedKey): string | null {
  const isCommand = ctrlKey || metaKey;
  // The palette opens from anywhere, text fields too: no field uses this key.
  if (isCommand && !altKey && key.toLowerCase() === 'k') return 'palette.open';
  if (isTyping(target) || altKey) return null;
  if (isCommand && key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
  if (isCommand && key.toLowerCase() === 'y') return 'redo';
  return isCommand ? null : (PLAIN[key] ?? null);
}
