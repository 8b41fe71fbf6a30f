/** All that a window can ask of the engine, by noun and verb. */
import { datasetContract, jobContract, undoContract } from './datasets.ts';
import { eventContract } from './events.ts';
import { fileContract } from './files.ts';
import { runContract } from './runs.ts';
import { viewContract } from './views.ts';
import { mapContract, pairContract, searchContract } from './search.ts';

export const studioContract = {
  dataset: datasetContract,
  job: jobContract,
  undo: undoContract,
  file: fileContract,
  view: viewContract,
  run: runContract,
  search: searchContract,
  pair: pairContract,
  map: mapContract,
  event: eventContract,
};
export type StudioContract = typeof studioContract;
