import type { DoctorReport } from '#contract/doctor.ts';
import { countOf } from '../wording.ts';

const NOT_FOUND_OUT = 'did not answer, see below';

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function libraryText({ library }: DoctorReport): string {
  if (library === null) return NOT_FOUND_OUT;
  if (!library.exists) return `none yet at ${library.folder}; made by the first import`;
  const content = [countOf(library.datasets, 'dataset'), countOf(library.files, 'file'), countOf(library.runs, 'run')];
  const held = library.heldBy === null ? 'free' : `held by ${library.heldBy}`;
  return `${library.folder}: ${content.join(', ')}; ${held}${library.notice === null ? '' : `; ${library.notice}`}`;
}

/** A report as a person reads it: name and text, one line each. */
export function reportRows(report: DoctorReport): readonly (readonly [string, string])[] {
  const { machine, compute, decoder, library } = report;
  const sets = machine.instructionSets.length === 0 ? 'not told by this system' : machine.instructionSets.join(', ');
  return [
    ['Kindred', report.kindred],
    ['Node', report.node],
    ['TensorFlow', compute === null ? NOT_FOUND_OUT : `${compute.tensorflow} through tfjs ${compute.tfjs}`],
    ['sharp', decoder === null ? NOT_FOUND_OUT : `${decoder.sharp} on libvips ${decoder.libvips}`],
    ['formats', decoder === null ? NOT_FOUND_OUT : decoder.formats.join(', ')],
    ['SQLite', report.sqlite],
    ['trains on', report.deviceReason],
    ['threads', compute === null ? NOT_FOUND_OUT : `${compute.threads} for TensorFlow`],
    ['speed', compute === null ? NOT_FOUND_OUT : `${compute.convolutionGflops} GFLOP/s in a float32 convolution`],
    ['system', `${machine.system}, ${machine.platform}-${machine.arch}`],
    ['processor', `${machine.processor}, ${countOf(machine.cores, 'core')}`],
    ['instruction sets', sets],
    ['memory', `${gigabytes(machine.memoryBytes)}, ${gigabytes(machine.freeMemoryBytes)} free`],
    ['disk', library === null ? NOT_FOUND_OUT : `${gigabytes(library.freeDiskBytes)} free for the library`],
    ['library', libraryText(report)],
  ];
}
