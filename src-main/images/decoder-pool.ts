/**
 * The decoder processes as one `ImageDecoder`: hands out tasks, restarts what dies, and finds the file that killed.
 *
 * A child works on several tasks. When it dies, any of those it had not answered may be the cause, so each is tried
 * again alone, in a child that has nothing else; the one that kills again is a problem, the others are done.
 */
import { basename } from 'node:path';
import { KindredError } from '#base/errors.ts';
import type {
  DecodedPixels,
  DescribeResult,
  ImageDecoder,
  PackedPixels,
  PictureEncoder,
  PictureSize,
  PixelPacker,
  Region,
} from '#application/ports/images.ts';
import { DecoderChild, type DeathCause } from './decoder-child.ts';
import { type DecoderOutcome, type DecoderTask, type DecoderWork, sourceOf } from './decoder-messages.ts';
import { resultsAsReady } from './results-as-ready.ts';
import { defaultLimits, type DecodeLimits } from './limits.ts';

/** All that decoder processes do. */
export type Decoders = ImageDecoder & PictureEncoder & PixelPacker;

export interface DecoderPoolOptions {
  /** The program of a child: `hosts/decoder/main.ts`. */
  readonly entry: URL;
  /** How many children; each uses about one processor core. */
  readonly children?: number;
  readonly limits?: Partial<DecodeLimits>;
}

/** Tasks a child is given at once: enough to work on while the library's thread waits for the disk at a commit (40 ms). */
const TASKS_PER_CHILD = 24;
const CHILD_MEMORY_HINT = 'Skipped until it is scaled down.';

interface QueuedTask extends DecoderTask {
  readonly settle: (outcome: DecoderOutcome) => void;
  readonly fail: (error: KindredError) => void;
  /** Set after a child died with it: to be tried alone. */
  isSuspect: boolean;
}

interface Slot {
  child: DecoderChild | null;
  /** True while its only task is a suspect. */
  isAlone: boolean;
}

class DecoderPool implements Decoders {
  readonly #entry: URL;
  readonly #limits: DecodeLimits;
  readonly #slots: readonly Slot[];
  readonly #tasks = new Map<number, QueuedTask>();
  readonly #waiting: QueuedTask[] = [];
  readonly #suspects: QueuedTask[] = [];
  #nextId = 1;
  #isClosed = false;

  constructor({ entry, children = 2, limits = {} }: DecoderPoolOptions) {
    this.#entry = entry;
    this.#limits = { ...defaultLimits, ...limits };
    this.#slots = Array.from({ length: children }, () => ({ child: null, isAlone: false }));
  }

  describe(
    paths: Iterable<string> | AsyncIterable<string>,
    thumbnailFolder: string,
    signal: AbortSignal,
  ): AsyncIterable<DescribeResult> {
    const describeOne = async (path: string): Promise<DescribeResult> => {
      const outcome = await this.#run({ kind: 'describe', path, thumbnailFolder });
      if (outcome.kind === 'facts') return { path, facts: outcome.facts };
      if (outcome.kind === 'problem') return { path, problem: { path, code: outcome.code, message: outcome.message } };
      throw new Error('A decoder answered a description with pixels.');
    };
    return resultsAsReady(paths, describeOne, this.#slots.length * TASKS_PER_CHILD * 2, signal);
  }

  async pixels(
    source: string | Uint8Array,
    shortSide: number,
    region?: Region,
    contentHash?: string,
  ): Promise<DecodedPixels> {
    const wanted = { region: region ?? null, contentHash: contentHash ?? null };
    return this.#pixels({ kind: 'pixels', source, shortSide, ...wanted });
  }

  async unpacked(webp: Uint8Array): Promise<DecodedPixels> {
    return this.#pixels({ kind: 'unpack', source: webp });
  }

  async #pixels(work: Extract<DecoderWork, { kind: 'pixels' | 'unpack' }>): Promise<DecodedPixels> {
    const outcome = await this.#run(work);
    if (outcome.kind === 'pixels') return outcome.pixels;
    if (outcome.kind === 'problem') {
      const path = typeof work.source === 'string' ? work.source : null;
      throw new KindredError(outcome.code, outcome.message, { path });
    }
    throw new Error('A decoder answered a request for pixels with facts.');
  }

  async packed(path: string, shortSide: number, contentHash: string): Promise<PackedPixels | DecodedPixels> {
    const outcome = await this.#run({ kind: 'pack', source: path, shortSide, contentHash });
    if (outcome.kind === 'packed') return outcome.packed;
    if (outcome.kind === 'pixels') return outcome.pixels;
    if (outcome.kind === 'problem') throw new KindredError(outcome.code, outcome.message, { path });
    throw new Error('A decoder answered a request for packed pixels with something else.');
  }

  async picture(source: string | Uint8Array, longSide: number): Promise<Uint8Array> {
    return this.#webp({ kind: 'picture', source, longSide });
  }

  async size(path: string): Promise<PictureSize> {
    const outcome = await this.#run({ kind: 'size', source: path });
    if (outcome.kind === 'size') return outcome.size;
    if (outcome.kind === 'problem') throw new KindredError(outcome.code, outcome.message, { path });
    throw new Error('A decoder answered a request for a size with something else.');
  }

  async #webp(work: DecoderWork): Promise<Uint8Array> {
    const outcome = await this.#run(work);
    if (outcome.kind === 'webp') return outcome.bytes;
    if (outcome.kind === 'problem') throw new KindredError(outcome.code, outcome.message);
    throw new Error('A decoder answered a request for WebP with something else.');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(new KindredError('image.decoderDied', 'The decoders were closed before they were done.'));
    await Promise.all(this.#slots.map(({ child }) => child?.end()));
  }

  #run(work: DecoderWork): Promise<DecoderOutcome> {
    return new Promise((settle, fail) => {
      if (this.#isClosed) return fail(new KindredError('image.decoderDied', 'The decoders are closed.'));
      const task = { id: this.#nextId++, work, settle, fail, isSuspect: false };
      this.#tasks.set(task.id, task);
      this.#waiting.push(task);
      // Callers that ask for many in one turn get them sent in one message.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#handOut());
    });
  }

  #handOut(): void {
    if (this.#isClosed) return;
    for (const slot of this.#slots) {
      const owed = slot.child?.owed ?? 0;
      if (owed === 0) slot.isAlone = false;
      if (slot.isAlone) continue;
      if (owed === 0 && this.#suspects.length > 0) {
        slot.isAlone = true;
        this.#send(slot, [this.#suspects.shift()!]);
      } else if (owed <= TASKS_PER_CHILD / 2 && this.#waiting.length > 0 && this.#suspects.length === 0) {
        this.#send(slot, this.#waiting.splice(0, this.#shareOf(owed)));
      }
    }
  }

  /** Few tasks are spread over all children rather than given to the first. */
  #shareOf(owed: number): number {
    return Math.min(TASKS_PER_CHILD - owed, Math.ceil(this.#waiting.length / this.#slots.length));
  }

  #send(slot: Slot, tasks: readonly QueuedTask[]): void {
    slot.child ??= this.#start(slot);
    slot.child.send(tasks.map(({ id, work }) => ({ id, work })));
  }

  #start(slot: Slot): DecoderChild {
    return new DecoderChild(this.#entry, this.#limits, {
      answered: (id, outcome) => {
        this.#settle(id, outcome);
        this.#handOut();
      },
      died: (unanswered, cause) => {
        slot.child = null;
        this.#afterDeath(unanswered, cause);
        this.#handOut();
      },
    });
  }

  #settle(id: number, outcome: DecoderOutcome): void {
    const task = this.#tasks.get(id);
    this.#tasks.delete(id);
    task?.settle(outcome);
  }

  #afterDeath(unanswered: readonly DecoderTask[], cause: DeathCause): void {
    if (cause.kind === 'neverStarted') {
      const message = `The decoder does not start: ${cause.said}. Run the set-up again.`;
      this.#failAll(new KindredError('setup.incomplete', message));
      return;
    }
    for (const { id, work } of unanswered) {
      const task = this.#tasks.get(id);
      if (task === undefined) continue;
      if (task.isSuspect) this.#settle(id, { kind: 'problem', ...deathProblem(work, cause) });
      else {
        task.isSuspect = true;
        this.#suspects.push(task);
      }
    }
  }

  #failAll(error: KindredError): void {
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    this.#waiting.length = 0;
    this.#suspects.length = 0;
    for (const task of tasks) task.fail(error);
  }
}

/** The problem of a file that ended two decoders. */
function deathProblem(work: DecoderWork, cause: Exclude<DeathCause, { kind: 'neverStarted' }>) {
  const source = sourceOf(work);
  const what = `Cannot decode "${typeof source === 'string' ? basename(source) : 'the given picture'}"`;
  if (cause.kind === 'silent') {
    const message = `${what}: not done after ${cause.afterMs / 1000} s, tried twice. ${CHILD_MEMORY_HINT}`;
    return { code: 'image.timeout', message };
  }
  const how =
    cause.kind === 'overMemory'
      ? `it takes more than ${Math.floor(cause.residentBytes / 2 ** 20)} MB of memory`
      : `the decoder died on it twice (${cause.how})`;
  return { code: 'image.decoderDied', message: `${what}: ${how}. ${CHILD_MEMORY_HINT}` };
}

/** Starts no process until there is work. Call `close` when done. */
export function createDecoderPool(options: DecoderPoolOptions): Decoders {
  return new DecoderPool(options);
}
