import type { DescribeResult, FileScanner, ImageDecoder, PathProblem } from '#application/ports/images.ts';
import type { HashedVector, VectorSink } from '#application/ports/vectors.ts';
import { RandomStream } from '#base/random.ts';
import { imageFacts } from './image-facts.ts';

interface Picture {
  readonly bytes: string;
  readonly pixels: string;
  readonly modifiedMs: number;
}

/** A disk of pictures that a test can change: scanner and decoder over the same map. */
export class InMemoryPictures {
  readonly #pictures = new Map<string, Picture>();
  /** Folders that are there. */
  readonly #folders: Set<string>;
  /** Paths whose bytes can't be decoded, with the code of the problem. */
  readonly undecodable = new Map<string, string>();
  /** Problems of the scan, by the root they lie under. */
  readonly scanProblems: PathProblem[] = [];
  /** Every path the decoder was asked for. */
  readonly described: string[] = [];
  #nowMs = 1000;

  constructor(folders: readonly string[]) {
    this.#folders = new Set(folders);
  }

  write(path: string, bytes: string, pixels: string = bytes): void {
    this.#pictures.set(path, { bytes, pixels, modifiedMs: this.#nowMs++ });
  }

  touch(path: string): void {
    const { bytes, pixels } = this.#pictures.get(path)!;
    this.write(path, bytes, pixels);
  }

  move(from: string, to: string): void {
    this.#pictures.set(to, this.#pictures.get(from)!);
    this.#pictures.delete(from);
  }

  remove(path: string): void {
    this.#pictures.delete(path);
  }

  /** Takes a folder away, or brings it back, with all that is in it. */
  setConnected(folder: string, isConnected: boolean): void {
    if (isConnected) this.#folders.add(folder);
    else this.#folders.delete(folder);
  }

  readonly scanner: FileScanner = {
    scan: async function* (this: InMemoryPictures, roots: readonly string[]) {
      for (const root of roots) yield this.#scan(root);
    }.bind(this),
  };

  #scan(root: string) {
    if (!this.#folders.has(root)) {
      return { files: [], problems: [{ path: root, code: 'folder.missing', message: `There is no "${root}".` }] };
    }
    const below = (path: string): boolean => path.startsWith(`${root}/`);
    const files = [...this.#pictures.entries()]
      .filter(([path]) => below(path))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { bytes, modifiedMs }]) => ({
        path,
        relativePath: path.slice(root.length + 1),
        sizeBytes: bytes.length,
        modifiedMs,
      }));
    return { files, problems: this.scanProblems.filter((problem) => below(problem.path)) };
  }

  /** A decoder that finishes in an order of its own. */
  decoder(seed = 0): ImageDecoder {
    const describe = (path: string): DescribeResult => this.#describe(path);
    return {
      describe: async function* (paths, _folder, signal) {
        const random = new RandomStream(seed, 'decoder');
        const waiting: string[] = [];
        for await (const path of paths) {
          signal.throwIfAborted();
          waiting.push(path);
          if (waiting.length > 20) yield describe(waiting.splice(random.below(waiting.length), 1)[0]!);
        }
        while (waiting.length > 0) yield describe(waiting.splice(random.below(waiting.length), 1)[0]!);
      },
      pixels: () => Promise.reject(new Error('No pixels here.')),
      close: () => Promise.resolve(),
    };
  }

  #describe(path: string): DescribeResult {
    this.described.push(path);
    const code = this.undecodable.get(path);
    if (code !== undefined) return { path, problem: { path, code, message: `Cannot decode "${path}".` } };
    const { bytes, pixels } = this.#pictures.get(path)!;
    return { path, facts: imageFacts(bytes, pixels) };
  }
}

/** Vectors in memory; can be made to fail at its n-th append, as a full disk would. */
export class InMemoryVectors implements VectorSink {
  readonly hashes = new Set<string>();
  failAtAppend = Number.POSITIVE_INFINITY;
  #appends = 0;

  append(_encoderKey: string, vectors: readonly HashedVector[]): void {
    if (++this.#appends >= this.failAtAppend) throw new Error('The process died here.');
    for (const { contentHash } of vectors) this.hashes.add(contentHash);
  }
}
