/** Where the command line's ports meet their adapters. Each is loaded on first use: most commands need few. */
import { isKindredError, KindredError } from '#base/errors.ts';
import { libraryLayout, type LibraryLayout } from '#application/library-layout.ts';
import type { ImportPorts } from '#application/import-folders.ts';
import type { Decoders } from '#images/decoder-pool.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import type { ImageTraces } from '#application/ports/image-traces.ts';
import type { PixelCacheBuilder } from '#application/ports/pixel-cache.ts';
import type { TrainingQueue } from '#application/ports/training-queue.ts';
import type { RunHost } from '#application/ports/runs.ts';
import type { LibraryIndex } from '#database/library-index.ts';
import type { OpenLibrary } from '#database/open-library.ts';
import type { CarryLog } from '#database/write-ahead-log.ts';
import type { EmbeddingStore } from '#vectors/embedding-store.ts';
import { availableParallelism } from 'node:os';
import { pixelBudgetBytes } from './pixel-budget.ts';

/** More decoders than this only crowd out the one that keeps the library. */
const MOST_DECODERS = 8;

export class Wiring {
  readonly layout: LibraryLayout;
  readonly #warn: (text: string) => void;
  #library: OpenLibrary | null = null;
  #decoder: Decoders | null = null;
  #vectors: EmbeddingStore | null = null;
  readonly #closers: (() => Promise<void> | void)[] = [];

  /**
   * @param libraryFolder absolute.
   * @param warn tells the user something that is not an error.
   */
  constructor(libraryFolder: string, warn: (text: string) => void) {
    this.layout = libraryLayout(libraryFolder);
    this.#warn = warn;
  }

  /** The library for a command that only reads; works while another process holds it. */
  async readLibrary(): Promise<LibraryStores> {
    if (this.#library === null) {
      const { openLibraryForReading } = await import('#database/open-library.ts');
      const opened = openLibraryForReading(this.layout.folder);
      this.#keep(opened);
      if (opened.notice !== null) this.#warn(opened.notice);
    }
    return this.#library!.stores;
  }

  /**
   * The library for a command that changes it, held until the command ends. Ask for it before anything reads it. What is
   * to be erased is erased first.
   *
   * @param activity what is being done, for those who find the library taken.
   */
  async holdLibrary(activity: string): Promise<LibraryStores> {
    const isNew = this.#library === null;
    const stores = await this.holdLibraryAsItIs(activity);
    if (isNew) await this.#finish(stores);
    return stores;
  }

  /** As `holdLibrary`, for who finishes and erases beside other work. */
  async holdLibraryAsItIs(activity: string): Promise<LibraryStores> {
    if (this.#library === null) {
      const { openLibraryForWriting } = await import('#database/open-library.ts');
      this.#keep(openLibraryForWriting(this.layout.folder, activity, Date.now()));
      await this.#settle(this.#library!.stores);
    }
    if (this.#library?.lock === null) {
      throw new KindredError('internal.unexpected', 'The library was opened for reading and is now to be written.');
    }
    return this.#library!.stores;
  }

  /** What is asked over all files of the library that this process has open; slow where there are many. */
  async libraryIndex(): Promise<LibraryIndex> {
    await this.readLibrary();
    return this.#library!.index;
  }

  /** Trainings that wait for the library. */
  async queue(): Promise<TrainingQueue> {
    const { trainingQueue } = await import('#database/training-queue.ts');
    return trainingQueue(this.layout.queue);
  }

  /** True while some process, this one or another, holds the library. */
  async isHeld(): Promise<boolean> {
    const { isLibraryHeld } = await import('#database/library-lock.ts');
    return isLibraryHeld(this.layout.folder);
  }

  /** Tells those who find the library taken where to reach the engine that holds it. */
  listensOn(port: number): void {
    this.#library?.lock?.describe({ port });
  }

  /** What an import needs; the library is held for it. */
  async importPorts(activity: string): Promise<ImportPorts> {
    const stores = await this.holdLibrary(activity);
    const { createFileScanner } = await import('#images/file-scanner.ts');
    const { systemClock } = await import('#base/clock.ts');
    return {
      stores,
      scanner: createFileScanner(this.layout.folder),
      decoder: await this.decoder(),
      vectors: await this.vectors(),
      clock: systemClock,
      thumbnailFolder: this.layout.thumbnails,
    };
  }

  /** From now on who writes much waits while another thread carries the log over; null: no more. */
  logCarriedBy(carry: CarryLog | null): void {
    this.#library?.log.carriedBy(carry);
  }

  /** The decoder processes; none is started until there is work. */
  async decoder(): Promise<Decoders> {
    if (this.#decoder === null) {
      const { createDecoderPool } = await import('#images/decoder-pool.ts');
      const entry = new URL('../decoder/main.ts', import.meta.url);
      const decoder = createDecoderPool({ entry, children: Math.min(MOST_DECODERS, availableParallelism()) });
      this.onClose(() => decoder.close());
      this.#decoder = decoder;
    }
    return this.#decoder;
  }

  /** Where pixels are kept for training and encoding. @param folder `layout.pixels`, or a scratch one. */
  async pixelCacheIn(folder: string): Promise<PixelCacheBuilder> {
    const { createPixelCacheBuilder } = await import('#images/pixel-cache/pixel-cache-builder.ts');
    return createPixelCacheBuilder(folder, await this.decoder(), pixelBudgetBytes());
  }

  /** All embeddings of the library. */
  async vectors(): Promise<EmbeddingStore> {
    if (this.#vectors === null) {
      const { EmbeddingStore } = await import('#vectors/embedding-store.ts');
      this.#vectors = new EmbeddingStore(this.layout.vectors);
    }
    return this.#vectors;
  }

  /** What is kept of images beside the database. */
  async traces(): Promise<ImageTraces> {
    const { imageTraces } = await import('./image-traces.ts');
    return imageTraces(this.layout, await this.vectors());
  }

  /** Runs' folders and, when asked to train, their compute processes. */
  async runHost(): Promise<RunHost> {
    const { computeRunHost } = await import('#hosts/compute/client.ts');
    return computeRunHost(this.layout.runs);
  }

  /** Remembers what is to be ended after the command; the newest ends first. */
  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  async #settle(stores: LibraryStores): Promise<void> {
    const { settleLibrary } = await import('#application/settle-library.ts');
    const vectors = await this.vectors();
    const isAfterKill = this.#library?.lock?.isAfterKill === true;
    if (isAfterKill) {
      const { clearHalfWritten } = await import('./clear-half-written.ts');
      clearHalfWritten(this.layout);
    }
    vectors.settle();
    settleLibrary({ runs: stores.runs, host: await this.runHost(), vectors, isAfterKill });
  }

  /** On a full disk what is left stays for the next time: the library must open all the same. */
  async #finish(stores: LibraryStores): Promise<void> {
    const { finishActs } = await import('#application/editing/acts-in-parts.ts');
    const { datasetsToErase, eraseRemoved } = await import('#application/erase-datasets.ts');
    const nowMs = Date.now();
    const { signal } = new AbortController();
    try {
      await finishActs(stores, signal);
      if (datasetsToErase(stores, nowMs).length === 0) return;
      const erasure = { onProgress: () => {}, signal };
      await eraseRemoved({ stores, traces: await this.traces() }, nowMs, erasure);
    } catch (error) {
      if (!isKindredError(error) || error.code !== 'disk.full') throw error;
    }
  }

  #keep(library: OpenLibrary): void {
    this.#library = library;
    this.onClose(() => library.close());
  }
}
