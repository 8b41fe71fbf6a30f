/** What compute processes remember of configurations: recorded graphs, and how fast they were. */
import { join } from 'node:path';
import { GraphCache } from '#tensorflow/compiled-step/graph-cache.ts';
import { KnownSpeeds } from './known-speeds.ts';

export interface DeviceMemory {
  readonly graphs: GraphCache;
  readonly speeds: KnownSpeeds;
}

/** Beside the library's runs: it can be made again. */
export function deviceMemory(runFolder: string): DeviceMemory {
  const folder = join(runFolder, '..', '..', 'graphs');
  return { graphs: new GraphCache(folder), speeds: new KnownSpeeds(folder) };
}
