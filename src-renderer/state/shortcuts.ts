/** Every key that does something, as `?` lists them, and when keys are for typing instead. */
export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly { readonly keys: readonly string[]; readonly does: string }[];
}

const group = (title: string, ...rows: readonly (readonly [string, string])[]): ShortcutGroup => ({
  title,
  shortcuts: rows.map(([keys, does]) => ({ keys: keys.split(' '), does })),
});

export const shortcutGroups: readonly ShortcutGroup[] = [
  group(
    'Anywhere',
    ['Ctrl K', 'All commands'],
    ['?', 'This list'],
    ['/', 'Find by name'],
    ['1', 'Images'],
    ['2', 'Pairs'],
    ['3', 'Train'],
    ['4', 'Map'],
    ['Ctrl Z', 'Undo'],
    ['Ctrl Shift Z', 'Redo'],
    ['Ctrl V', 'Find images like the picture in the clipboard'],
  ),
  group(
    'Pictures',
    ['← → ↑ ↓', 'Move'],
    ['Shift ← → ↑ ↓', 'Select up to here'],
    ['Space', 'Select or not'],
    ['Ctrl A', 'Select all'],
    ['Esc', 'Select none, then leave the search'],
    ['Enter', 'Find similar images'],
    ['L', 'Label the selected'],
    ['T', 'Tag the selected'],
    ['O', 'Show only the selected'],
    ['F', 'Enlarge, and back'],
    ['+ −', 'Larger, smaller'],
    ['Home End', 'Start, end of the row'],
  ),
  group(
    'Map',
    ['← → ↑ ↓', 'Move'],
    ['+ −', 'Nearer, farther'],
    ['0', 'Show all'],
    ['Ctrl drag', 'Select a box'],
    ['Alt drag', 'Move the map'],
    ['Space', 'Select what is in the frame'],
    ['Shift Space', 'Select it besides'],
    ['Esc', 'Select none'],
  ),
];

const TYPING_KINDS = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
/** Inputs in which a letter types nothing. */
const SILENT_INPUTS = new Set(['checkbox', 'radio', 'range', 'button']);

/** What `isTyping` looks at of an element; a page's elements have it. */
export interface KeyTarget {
  readonly tagName: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
}

/** True where a key belongs to the field it is typed into. */
export function isTyping(target: unknown): boolean {
  if (typeof target !== 'object' || target === null || !('tagName' in target)) return false;
  const { tagName, type, isContentEditable } = target as KeyTarget;
  if (isContentEditable === true) return true;
  return TYPING_KINDS.has(tagName) && !(tagName === 'INPUT' && SILENT_INPUTS.has(type ?? 'text'));
}
