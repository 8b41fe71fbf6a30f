/** How much one picture may ask for before it becomes a problem row instead. */
export interface DecodeLimits {
  /** Width times height of the largest picture that is decoded. */
  readonly maxPixels: number;
  /** The largest file that is read. */
  readonly maxFileBytes: number;
  /** How long a decoder may be silent before it is ended. */
  readonly timeoutMs: number;
  /** Resident memory at which a decoder is ended. */
  readonly maxMemoryBytes: number;
}

export const defaultLimits: DecodeLimits = {
  maxPixels: 268_435_456,
  maxFileBytes: 1_073_741_824,
  timeoutMs: 30_000,
  maxMemoryBytes: 2_147_483_648,
};
