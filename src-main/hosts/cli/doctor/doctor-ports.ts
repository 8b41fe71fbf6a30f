/** Where the questions of `doctor` meet those who can answer. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { DoctorPorts } from '#application/ports/doctor.ts';
import { computeFactsSchema, decoderFactsSchema, type LibraryFacts } from '#contract/doctor.ts';
import { isLibraryHeld, readLockHolder } from '#database/library-lock.ts';
import { LIBRARY_DATABASE, openLibraryForReading } from '#database/open-library.ts';
import { sqliteVersion } from '#database/sqlite-version.ts';
import { machineFacts } from './machine-facts.ts';
import { askProbe } from './probe-process.ts';

const root = new URL('../../../../', import.meta.url);
const manifestSchema = z.object({ version: z.string() });
const stampSchema = z.object({ why: z.string() });

/** The note set-up leaves when it is done; not there in a packaged app. */
export function deviceChoice(): string | null {
  const stamp = new URL('node_modules/.kindred-setup.json', root);
  try {
    return stampSchema.parse(JSON.parse(readFileSync(stamp, 'utf8'))).why;
  } catch {
    return null;
  }
}

/** Free bytes of the disk that holds a folder, or would: its nearest parent that exists is asked. */
function freeDiskBytes(folder: string): number {
  if (!existsSync(folder) && dirname(folder) !== folder) return freeDiskBytes(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function holderName(folder: string): string | null {
  if (!isLibraryHeld(folder)) return null;
  const holder = readLockHolder(folder);
  return holder === null ? 'another process' : `process ${holder.pid} on ${holder.host} ("${holder.activity}")`;
}

function inspectLibrary(folder: string): LibraryFacts {
  const library = openLibraryForReading(folder);
  try {
    const datasets = library.stores.datasets.list();
    return {
      folder,
      exists: existsSync(join(folder, LIBRARY_DATABASE)),
      freeDiskBytes: freeDiskBytes(folder),
      heldBy: holderName(folder),
      notice: library.notice,
      datasets: datasets.length,
      files: datasets.reduce((sum, { id }) => sum + library.stores.datasets.counts(id).files, 0),
      runs: library.stores.runs.list().length,
    };
  } finally {
    library.close();
  }
}

/** @param folder the library's, absolute. */
export function doctorPorts(folder: string, signal: AbortSignal): DoctorPorts {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  const compute = new URL('../../compute/doctor-probe.ts', import.meta.url);
  const decoder = new URL('../../decoder/doctor-probe.ts', import.meta.url);
  return {
    versions: { kindred: manifest.version, node: process.versions.node, sqlite: sqliteVersion() },
    machine: machineFacts,
    deviceChoice,
    probeCompute: () => askProbe('TensorFlow', compute, computeFactsSchema, signal),
    probeDecoder: () => askProbe('sharp', decoder, decoderFactsSchema, signal),
    inspectLibrary: async () => inspectLibrary(folder),
  };
}
