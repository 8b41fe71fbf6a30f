import type { ComputeFacts, DecoderFacts, LibraryFacts, MachineFacts } from '#contract/doctor.ts';

/** Versions that are known without asking anybody. */
export interface OwnVersions {
  readonly kindred: string;
  readonly node: string;
  readonly sqlite: string;
}

/** What `doctor` asks. A probe that can't answer rejects; the others are heard all the same. */
export interface DoctorPorts {
  readonly versions: OwnVersions;
  readonly machine: () => MachineFacts;
  /** Why set-up chose the TensorFlow for the CPU or for the GPU; null when it left no note. */
  readonly deviceChoice: () => string | null;
  /** Starts a compute process that loads TensorFlow, uses it, tells and ends. */
  readonly probeCompute: () => Promise<ComputeFacts>;
  /** Starts a decoder process that loads sharp, tells and ends. */
  readonly probeDecoder: () => Promise<DecoderFacts>;
  /** Looks at the library without changing it. */
  readonly inspectLibrary: () => Promise<LibraryFacts>;
}
