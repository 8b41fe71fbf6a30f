/**
 * Names that others gave may be written from right to left, or hold characters that turn the writing around. Among other
 * words such a name would turn those too (after "a\u202e" the words ": 3 new files." are read backwards). So in a
 * sentence it stands between Unicode's isolates (UAX #9), and what it does ends with it. In the page a name that is by
 * itself stands in `<bdi>`, which does the same and adds nothing that would be copied along.
 */

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE. */
const OPEN = '\u2068';
const CLOSE = '\u2069';

/** Letters of scripts from right to left, marks and controls of direction, and what ends a paragraph. */
const TURNING =
  // eslint-disable-next-line no-control-regex
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}\n\r\u001c-\u001e\u0085\u2029]/u;
/** Every isolate ends with its paragraph, so a name is kept in one. */
// eslint-disable-next-line no-control-regex
const PARAGRAPH_ENDS = /[\n\r\u001c-\u001e\u0085\u2029]/g;

/** @returns the name itself where nothing in it concerns what surrounds it. */
export function isolated(name: string): string {
  if (!TURNING.test(name)) return name;
  let open = 0;
  let strayCloses = 0;
  for (const letter of name) {
    if (letter >= '\u2066' && letter <= OPEN) open++;
    else if (letter === CLOSE && open > 0) open--;
    else if (letter === CLOSE) strayCloses++;
  }
  const oneLine = name.replaceAll(PARAGRAPH_ENDS, ' ');
  return OPEN.repeat(strayCloses + 1) + oneLine + CLOSE.repeat(open + 1);
}

/** The same for all that a message puts in straight quotes, as errors do with names and paths. */
export function isolatedQuotes(message: string): string {
  return message.replaceAll(/"([^"]*)"/g, (_, quoted: string) => `"${isolated(quoted)}"`);
}
