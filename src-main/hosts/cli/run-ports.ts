/** What the commands about runs need, from the wiring. */
import type { LibraryStores } from '#application/ports/library.ts';
import type { RunHost } from '#application/ports/runs.ts';
import type { RunPorts } from '#application/start-run.ts';
import { systemClock } from '#base/clock.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { ownVersion } from './own-version.ts';
import type { Wiring } from './wiring.ts';

export function runHost({ layout }: Wiring, isProfiled = false): RunHost {
  return computeRunHost(layout.runs, isProfiled);
}

/**
 * @param stores of the library held for writing.
 * @param isProfiled what is trained says where its time goes.
 */
export async function runPorts(wiring: Wiring, stores: LibraryStores, isProfiled = false): Promise<RunPorts> {
  return {
    stores,
    host: runHost(wiring, isProfiled),
    pixels: await wiring.pixelCacheIn(wiring.layout.pixels),
    clock: systemClock,
    random: Math.random,
    versions: { kindred: ownVersion(), node: process.versions.node },
  };
}
