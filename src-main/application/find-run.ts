import { distance } from 'fastest-levenshtein';
import { KindredError } from '#base/errors.ts';
import type { Run, RunStore } from './ports/runs.ts';

/**
 * A run by its id, the beginning of its id, its name (the newest of several), or `last` for the newest.
 *
 * @throws KindredError `run.missing`, naming the nearest; `usage.invalid` when a beginning fits several.
 */
export function findRun(runs: RunStore, word: string): Run {
  const all = runs.list();
  const exact = all.find((run) => run.id === word) ?? all.find((run) => run.name === word);
  if (exact !== undefined) return exact;
  if (word === 'last' && all[0] !== undefined) return all[0];
  const begun = all.filter((run) => word !== '' && run.id.startsWith(word));
  if (begun.length > 1) {
    const ids = begun.map((run) => run.id);
    throw new KindredError('usage.invalid', `"${word}" could be any of ${ids.join(', ')}. Give more of the id.`, {
      ids,
    });
  }
  if (begun[0] !== undefined) return begun[0];
  const names = all.flatMap((run) => [run.id, run.name]);
  const nearest = names.toSorted((a, b) => distance(word, a) - distance(word, b))[0] ?? null;
  const hint = nearest === null ? 'There are none yet; make one with "train".' : `The nearest is "${nearest}".`;
  throw new KindredError('run.missing', `There is no run "${word}". ${hint}`, { word, nearest });
}
