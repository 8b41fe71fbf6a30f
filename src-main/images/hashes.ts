/**
 * Hashes that name images: SHA-256 by OpenSSL, which uses the processor's own instructions.
 *
 * Measured on an AMD EPYC with SHA extensions, one thread: SHA-256 here 1,690 MB/s and 3 µs for 2 kB; BLAKE3 in
 * WebAssembly 380 MB/s and 17 µs; BLAKE3 in JavaScript 36 MB/s. Hashing would have been a third of the time of a photo.
 */
import { createHash, hash } from 'node:crypto';

/** SHA-256 of a file's bytes, 64 hexadecimal digits; what `sha256sum` prints. */
export function contentHashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** SHA-256 of several parts one after the other. */
export function hashOfParts(parts: Iterable<string | Uint8Array>): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}
