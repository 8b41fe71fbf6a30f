/** What `doctor` finds: the versions, the machine and the library, and what is wrong with any of them. */
import { z } from 'zod';

export const computeFactsSchema = z.strictObject({
  /** Of the native library. */
  tensorflow: z.string(),
  tfjs: z.string(),
  device: z.enum(['cpu', 'gpu']),
  /** Threads that share the work of one operation. */
  threads: z.int(),
  /** A convolution's rate in float32, measured just now on all threads. */
  convolutionGflops: z.number(),
});

export const decoderFactsSchema = z.strictObject({
  sharp: z.string(),
  libvips: z.string(),
  /** Input formats that can be decoded. */
  formats: z.array(z.string()).readonly(),
});

export const machineFactsSchema = z.strictObject({
  platform: z.string(),
  arch: z.string(),
  system: z.string(),
  processor: z.string(),
  /** Logical cores this process may use. */
  cores: z.int(),
  /** Instruction sets of the processor that TensorFlow can use; empty where the system doesn't tell. */
  instructionSets: z.array(z.string()).readonly(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
});

export const libraryFactsSchema = z.strictObject({
  folder: z.string(),
  /** False: made by the first command that needs one. */
  exists: z.boolean(),
  /** Of the disk that holds it, or will. */
  freeDiskBytes: z.number(),
  /** Who holds it now, or null. */
  heldBy: z.string().nullable(),
  /** Something to know about how it opens (a newer version …), or null. */
  notice: z.string().nullable(),
  datasets: z.int(),
  files: z.int(),
  runs: z.int(),
});

export const doctorReportSchema = z.strictObject({
  kindred: z.string(),
  node: z.string(),
  sqlite: z.string(),
  /** Why the CPU or the GPU. */
  deviceReason: z.string(),
  machine: machineFactsSchema,
  /** Each null when it could not be found out; `problems` then says why. */
  compute: computeFactsSchema.nullable(),
  decoder: decoderFactsSchema.nullable(),
  library: libraryFactsSchema.nullable(),
  problems: z
    .array(z.strictObject({ part: z.enum(['compute', 'decoder', 'library']), message: z.string() }))
    .readonly(),
});

export type ComputeFacts = Readonly<z.infer<typeof computeFactsSchema>>;
export type DecoderFacts = Readonly<z.infer<typeof decoderFactsSchema>>;
export type MachineFacts = Readonly<z.infer<typeof machineFactsSchema>>;
export type LibraryFacts = Readonly<z.infer<typeof libraryFactsSchema>>;
export type DoctorReport = Readonly<z.infer<typeof doctorReportSchema>>;
