import { distance } from 'fastest-levenshtein';
import { KindredError } from '#base/errors.ts';
import type { Dataset, DatasetStore } from './ports/library.ts';

/** @throws KindredError `dataset.missing`, naming the nearest name there is. */
export function findDataset(datasets: DatasetStore, name: string): Dataset {
  const dataset = datasets.findByName(name);
  if (dataset !== null) return dataset;
  const names = datasets.list().map((one) => one.name);
  const nearest = names.toSorted((a, b) => distance(name, a) - distance(name, b))[0] ?? null;
  const hint =
    nearest === null ? 'There are none yet; bring images in with "import".' : `The nearest name is "${nearest}".`;
  throw new KindredError('dataset.missing', `There is no dataset "${name}". ${hint}`, { name, nearest });
}
