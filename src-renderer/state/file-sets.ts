/**
 * Sets of files in the address: as they are while they are short; a longer one is kept beside this tab's history under a
 * name of its own, so that back and reload still lead to it.
 */
const LONGEST = 1200;
const PREFIX = 'kindred-files-';
/** Begins the name of a set that is kept; no set of files begins with it. */
const KEPT = '~';

/** What stands in the address for a set of files; null for none. */
export function addressOfFiles(text: string): string | null {
  if (text === '') return null;
  if (text.length <= LONGEST) return text;
  const name = `${KEPT}${hashOf(text)}`;
  try {
    sessionStorage.setItem(PREFIX + name, text);
  } catch {
    // No room: what was kept before makes place.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    sessionStorage.setItem(PREFIX + name, text);
  }
  return name;
}

/** The set of files that an address speaks of; empty where this tab has not kept it. */
export function filesOfAddress(part: string | null): string {
  if (part === null) return '';
  return part.startsWith(KEPT) ? (sessionStorage.getItem(PREFIX + part) ?? '') : part;
}

/** True for a set that another tab keeps: an address that was copied from there. */
export function isKeptElsewhere(part: string | null): boolean {
  return part !== null && part.startsWith(KEPT) && sessionStorage.getItem(PREFIX + part) === null;
}

/** FNV-1a over the text with its length: two sets of one tab won't share it. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${(hash >>> 0).toString(36)}${text.length.toString(36)}`;
}
