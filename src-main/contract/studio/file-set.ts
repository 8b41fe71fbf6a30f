/**
 * Many files as a short text, for requests and addresses: runs of following ids, each as the gap since the run before
 * and, after a dot, how many follow it. In base 36, separated by `-`: `c.3-3` is 12, 13, 14, 15, 18.
 */

/** More than any library is meant for; a longer list is a fault or an attack. */
const MOST_FILES = 4_000_000;
const RUN = /^[0-9a-z]{1,7}(\.[0-9a-z]{1,7})?$/;

/** First and last id of each run. */
function* runsOf(text: string): Generator<readonly [number, number]> {
  let end = 0;
  for (const run of text === '' ? [] : text.split('-')) {
    const [gap = '', more = '0'] = run.split('.');
    const start = end + parseInt(gap, 36);
    end = start + parseInt(more, 36);
    yield [start, end];
  }
}

/** True for what `writeFileSet` could have written of as many files as a library may hold; the empty text is none. */
export function isFileSet(text: string): boolean {
  if (text !== '' && !text.split('-').every((run) => RUN.test(run))) return false;
  let count = 0;
  for (const [start, end] of runsOf(text)) count += end - start + 1;
  return count <= MOST_FILES;
}

/** @param ids positive, in any order, repeats allowed. */
export function writeFileSet(ids: Iterable<number>): string {
  const sorted = Float64Array.from(ids).sort();
  const runs: string[] = [];
  let end = 0;
  for (let i = 0; i < sorted.length;) {
    const start = sorted[i]!;
    let last = start;
    for (i++; i < sorted.length && sorted[i]! - last <= 1; i++) last = sorted[i]!;
    const more = last > start ? `.${(last - start).toString(36)}` : '';
    runs.push(`${(start - end).toString(36)}${more}`);
    end = last;
  }
  return runs.join('-');
}

/** @returns ascending ids; none for a text that is no set of files. */
export function readFileSet(text: string): number[] {
  const ids: number[] = [];
  if (!isFileSet(text)) return ids;
  for (const [start, end] of runsOf(text)) for (let id = start; id <= end; id++) ids.push(id);
  return ids;
}
