/** Where the engine's ports meet their adapters: one library, held for the engine's life. */
import { withEventMeta } from '@orpc/server';
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { answeringEncoders } from '#application/current-encoder.ts';
import { Edits } from '#application/editing/edits.ts';
import type { ImportPorts } from '#application/import-folders.ts';
import { OneAtATime } from '#application/one-at-a-time.ts';
import type { Dataset, LibraryStores } from '#application/ports/library.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { VectorSink } from '#application/ports/vectors.ts';
import type { SearchIndex } from '#application/ports/search-index.ts';
import { keyOf, type SearchPorts } from '#application/search-images.ts';
import { systemClock } from '#base/clock.ts';
import type { DatasetId } from '#base/ids.ts';
import type { StudioEvent } from '#contract/studio/events.ts';
import type { FileCells } from '#database/file-cells.ts';
import { embedPorts, searchPortsWith } from '../cli/judging-ports.ts';
import { runHost, runPorts } from '../cli/run-ports.ts';
import { Wiring } from '../cli/wiring.ts';
import { AskedThread } from './asked-thread.ts';
import { Checkpoints } from './checkpoints.ts';
import type { EngineIndex } from './engine-index.ts';
import { eraseRemovedDatasets } from './erase-jobs.ts';
import { EventLog } from './event-log.ts';
import { shownAsJobs } from './edit-jobs.ts';
import { EmbedJobs } from './embed-jobs.ts';
import { takeUpImports } from './import-jobs.ts';
import { GrowingDatasets } from './growing-datasets.ts';
import { Inbox } from './inbox.ts';
import { JobList } from './job-list.ts';
import { Maps } from './maps.ts';
import { Measurements } from './measurements.ts';
import { OpenListings } from './open-listings.ts';
import { settleOrphanedRuns } from './orphaned-runs.ts';
import { Pairs } from './pairs.ts';
import { RunQueue } from './run-queue.ts';
import { watchDatasets } from './watch-datasets.ts';
import type { WatchedFolders } from './watched-folders.ts';

/** A watcher that lost its stream tries again after this. */
const RETRY_MS = 200;
/** By then what is on screen has been answered. */
const KEEP_COLUMNS_AFTER_MS = 20_000;
const ERASE_AFTER_MS = 5000;
const LOOK_AFTER_MS = 5000;

export class StudioSession {
  readonly wiring: Wiring;
  readonly stores: LibraryStores;
  /** What is on screen: short reads. */
  readonly cells: AskedThread<FileCells>;
  /** Lists, counts, searches, maps: over all files or vectors. */
  readonly index: AskedThread<EngineIndex>;
  readonly listings = new OpenListings();
  readonly events: EventLog;
  readonly jobs: JobList;
  readonly imports = new OneAtATime();
  readonly growing = new GrowingDatasets();
  readonly edits: Edits;
  readonly inbox: Inbox;
  readonly maps: Maps;
  readonly pairs: Pairs;
  readonly measurements: Measurements;
  readonly runs: RunQueue;
  readonly embeddings: EmbedJobs;
  readonly watched: WatchedFolders;
  readonly #checkpoints: Checkpoints;
  #stopSettling: () => void = () => undefined;
  #keeping: NodeJS.Timeout | undefined;
  #erasing: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #isClosing = false;
  #searchPorts: Promise<SearchPorts> | null = null;

  private constructor(wiring: Wiring, stores: LibraryStores) {
    this.wiring = wiring;
    this.stores = stores;
    this.events = new EventLog(randomBytes(6).toString('hex'));
    this.cells = new AskedThread(new URL('./cells-thread.ts', import.meta.url), wiring.layout.folder);
    this.index = new AskedThread(new URL('./index-thread.ts', import.meta.url), wiring.layout.folder);
    this.#checkpoints = new Checkpoints(wiring.layout.folder, (carry) => wiring.logCarriedBy(carry));
    this.jobs = new JobList((job) => {
      this.events.publish({ kind: 'job.changed', job });
      if (job.state !== 'running') this.maps.goOn();
    });
    this.edits = new Edits(stores, systemClock, shownAsJobs(this.jobs));
    this.inbox = new Inbox(wiring.layout.inbox);
    this.maps = new Maps(this);
    const host = runHost(wiring);
    this.measurements = new Measurements({ stores, host }, () => this.runs.isBusy);
    this.runs = new RunQueue(this, { host, forRuns: () => runPorts(wiring, stores) });
    this.embeddings = new EmbedJobs(this, () => embedPorts(wiring));
    this.watched = watchDatasets(this);
    this.pairs = new Pairs({
      decoder: () => wiring.decoder(),
      pathOf: (imageId) => stores.files.pathOf(imageId),
      sizeOf: (imageId) => stores.images.find(imageId),
      isTraining: () => this.runs.activeId !== null,
    });
  }

  /** Opens the library for writing. @throws KindredError `library.…`. */
  static async open(wiring: Wiring): Promise<StudioSession> {
    const session = new StudioSession(wiring, await wiring.holdLibraryAsItIs('studio'));
    const { runs } = session.stores;
    // What goes wrong is said to who asks.
    session.index.ask('warmUp').catch(() => {});
    // What cannot be deleted now is tried again at the next start.
    session.inbox.forgetQueries().catch(() => {});
    session.maps.forgetGone().catch(() => {});
    session.#keeping = setTimeout(() => void session.#keepColumns(), KEEP_COLUMNS_AFTER_MS);
    session.#erasing = setTimeout(() => eraseRemovedDatasets(session), ERASE_AFTER_MS);
    session.#looking = setTimeout(() => session.embeddings.takeUp(), LOOK_AFTER_MS);
    // What goes wrong is said to who edits next.
    session.edits.finish().then(
      () => session.changed('files', 'undo'),
      () => {},
    );
    takeUpImports(session);
    session.#stopSettling = settleOrphanedRuns(
      runs,
      runHost(wiring),
      (id) => session.runs.isWanted(id),
      () => session.changed('runs'),
    );
    session.watched.refresh();
    return session;
  }

  /** Tells every face that something changed. */
  changed(...what: Extract<StudioEvent, { kind: 'library.changed' }>['what'][]): void {
    for (const one of what) this.events.publish({ kind: 'library.changed', what: one });
    if (what.includes('datasets')) this.watched.refresh();
  }

  /** Events with the ids by which a face goes on after it lost the stream. */
  async *watch(lastId: string | null, signal: AbortSignal): AsyncGenerator<StudioEvent, void, void> {
    for await (const { id, event } of this.events.watch(lastId, signal)) {
      yield withEventMeta(event, { id, retry: RETRY_MS });
    }
  }

  datasetName(id: DatasetId): string {
    return this.stores.datasets.find(id)?.name ?? '(removed)';
  }

  /** Whether one of its folders is there: a drive may be unplugged. */
  async isReachable({ roots }: Dataset): Promise<boolean> {
    const isThere = (path: string): Promise<boolean> =>
      access(path).then(
        () => true,
        () => false,
      );
    return (await Promise.all(roots.map(({ path }) => isThere(path)))).includes(true);
  }

  /** @param key of the one that is wanted; where it can't answer, or null: the one that does anyway. */
  async currentEncoder(datasetId: DatasetId | null, key: string | null = null): Promise<ChosenEncoder> {
    const { answering } = await this.answeringEncoders(datasetId);
    return answering.find((encoder) => keyOf(encoder) === key) ?? answering[0]!;
  }

  async answeringEncoders(datasetId: DatasetId | null): ReturnType<typeof answeringEncoders> {
    return answeringEncoders(this.stores, runHost(this.wiring), await this.wiring.vectors(), datasetId);
  }

  async importPorts(): Promise<ImportPorts> {
    const ports = await this.wiring.importPorts('studio');
    const store = await this.wiring.vectors();
    const vectors: VectorSink = { append: (key, added) => store.appendInTurns(key, added) };
    return { ...ports, vectors, scanner: this.inbox.scanner(ports.scanner) };
  }

  searchPorts(): Promise<SearchPorts> {
    const { index, embeddings } = this;
    const asked: SearchIndex = {
      vectorsOf: (key, imageIds) => index.ask('vectorsOf', key, imageIds),
      count: (key, filter) => index.ask('count', key, filter),
      rank: (question) => index.ask('rank', question),
    };
    return (this.#searchPorts ??= searchPortsWith(this.wiring, asked, (encoder) => embeddings.adviceOn(encoder)));
  }

  /** Keeps what was read of all files for the next start; that it can't be kept is no error. */
  async #keepColumns(): Promise<void> {
    try {
      const token = await this.index.ask('keepColumns');
      if (token !== null) await this.stores.inTurns([() => this.stores.markColumns(token)]);
    } catch {
      // The next start reads the tables.
    }
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Ends everything: a run checkpoints first. The library is closed by whoever opened it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopSettling();
    await this.watched.close();
    clearTimeout(this.#keeping);
    clearTimeout(this.#erasing);
    clearTimeout(this.#looking);
    this.jobs.stopAll();
    await this.edits.close();
    await this.measurements.close();
    await this.runs.close();
    await this.pairs.close();
    await this.#keepColumns();
    await this.cells.close();
    await this.index.close();
    await this.#checkpoints.close();
  }
}
