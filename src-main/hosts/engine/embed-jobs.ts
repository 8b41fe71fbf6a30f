/**
 * Encoders look at images in the background: at all of a dataset when a run ends, later at what is new in it, and after a
 * start at what was left when a look was cut off. What they have seen is searched by content. Looks at what is new or was
 * left wait while a run trains.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encoderOfRun } from '#application/current-encoder.ts';
import { embedDataset, type EmbedDatasetPorts } from '#application/embed-dataset.ts';
import type { EmbeddedImages, EmbedProgress } from '#application/embed-images.ts';
import { encoderKey, runOfEncoderKey } from '#application/encoder-key.ts';
import type { Dataset } from '#application/ports/library.ts';
import type { Run } from '#application/ports/runs.ts';
import { messageOf } from '#base/errors.ts';
import { isolated } from '#contract/isolated-name.ts';
import { fileFilterSchema } from '#contract/studio/files.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { JobWork } from './job-list.ts';
import type { StudioSession } from './studio-session.ts';

/** In a run's folder from when its encoder begins to look until it has seen all. */
const MARKER = 'looking';

/** What the looks ask and tell. */
type EmbedSession = Pick<StudioSession, 'stores' | 'jobs' | 'index' | 'changed' | 'currentEncoder' | 'isClosing'> & {
  readonly wiring: { readonly layout: Pick<StudioSession['wiring']['layout'], 'runs'> };
  readonly runs: Pick<StudioSession['runs'], 'isBusy'>;
  readonly isReachable: (dataset: Dataset) => Promise<boolean>;
};

interface Look {
  /** Aborted to make room for a training; null: it goes on beside one. */
  readonly room: AbortController | null;
  /** Aborted when the encoder is to be removed. */
  readonly left: AbortController;
  readonly ended: Promise<void>;
  isAskedAgain: boolean;
}

export class EmbedJobs {
  readonly #session: EmbedSession;
  readonly #ports: () => Promise<EmbedDatasetPorts>;
  readonly #looking = new Map<RunId, Look>();
  /** Encoders whose look waits until nothing trains. */
  readonly #waiting = new Set<RunId>();
  /** Datasets that changed while something trained. */
  readonly #owed = new Set<DatasetId>();

  constructor(session: EmbedSession, ports: () => Promise<EmbedDatasetPorts>) {
    this.#session = session;
    this.#ports = ports;
  }

  /** Encodes at once the images of the run's dataset that its encoder has not seen; asked again meanwhile, once more. */
  look(id: RunId): void {
    this.#look(id, null);
  }

  /** Images came into a dataset: the encoder that answers looks at them, once nothing trains. */
  lookAtNew(datasetId: DatasetId): void {
    if (this.#session.runs.isBusy) this.#owed.add(datasetId);
    else void this.#lookAtNew(datasetId, () => this.#keptEncoder(datasetId));
  }

  /** The encoder is to be removed: resolves when it no longer looks at anything. */
  async leave(id: RunId): Promise<void> {
    this.#waiting.delete(id);
    const look = this.#looking.get(id);
    look?.left.abort();
    await look?.ended;
  }

  /** A run is to be trained: what only looks at new images stops, and goes on after it. */
  giveWay(): void {
    for (const [id, { room }] of this.#looking) {
      if (room === null || room.signal.aborted) continue;
      this.#waiting.add(id);
      room.abort();
    }
  }

  /** Nothing trains any more. */
  goOn(): void {
    const waiting = [...this.#waiting];
    const owed = [...this.#owed];
    this.#waiting.clear();
    this.#owed.clear();
    for (const id of waiting) this.#lookLater(id);
    for (const datasetId of owed) this.lookAtNew(datasetId);
  }

  /**
   * Goes on with looks that an end of the engine, or somebody, cut off, and with what came while no engine was there; in
   * datasets whose folders are not there now, at the next start.
   */
  takeUp(): void {
    for (const dataset of this.#session.stores.datasets.list()) void this.#takeUp(dataset);
  }

  /** What becomes of images that an encoder has not seen. */
  adviceOn(encoder: ChosenEncoder): string {
    if (encoder.kind === 'baseline') return 'Look at the data set again.';
    const run = this.#session.stores.runs.find(encoder.runId);
    if (this.#looking.has(encoder.runId)) return 'It is looking at them now: search again in a while.';
    if (run === null) return 'Let another encoder answer.';
    const isOwed = this.#owed.has(run.datasetId) && this.#keptRun(run.datasetId)?.id === run.id;
    if (isOwed || this.#waiting.has(run.id)) return 'It looks at them as soon as no run trains.';
    if (existsSync(this.#markerOf(run)))
      return 'It was stopped when it looked at them, and goes on when Kindred is started again.';
    return 'Let another encoder answer.';
  }

  async #takeUp(dataset: Dataset): Promise<void> {
    const { stores, runs } = this.#session;
    if (!(await this.#session.isReachable(dataset)) || this.#session.isClosing) return;
    const isCutOff = (run: Run): boolean =>
      run.status === 'finished' && run.datasetId === dataset.id && existsSync(this.#markerOf(run));
    for (const { id } of stores.runs.list().filter(isCutOff)) this.#lookLater(id);
    if (runs.isBusy) this.#owed.add(dataset.id);
    else await this.#lookAtNew(dataset.id, () => this.#restingEncoder(dataset.id));
  }

  #lookLater(id: RunId): void {
    if (this.#session.runs.isBusy) this.#waiting.add(id);
    else this.#look(id, new AbortController());
  }

  #look(id: RunId, room: AbortController | null): void {
    const run = this.#session.stores.runs.find(id);
    const looking = this.#looking.get(id);
    if (looking !== undefined) looking.isAskedAgain = true;
    if (run === null || looking !== undefined) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const left = new AbortController();
    const look: Look = { room, left, ended, isAskedAgain: false };
    this.#looking.set(id, look);
    this.#session.jobs.start('embed', `Looking at all images with “${isolated(run.name)}”`, async (tools) => {
      const own = room === null ? [left.signal] : [left.signal, room.signal];
      const signal = AbortSignal.any([tools.signal, ...own]);
      try {
        const embedded = await this.#embed(run, { ...tools, signal });
        const now = await this.#session.currentEncoder(run.datasetId);
        return wordsOf(run, embedded, now.kind === 'run' && now.runId === run.id);
      } catch (error) {
        if (tools.signal.aborted || own.every(({ aborted }) => !aborted)) throw error;
        return null;
      } finally {
        this.#looking.delete(id);
        end();
        if (tools.signal.aborted || left.signal.aborted) this.#waiting.delete(id);
        else if (look.isAskedAgain) this.#lookLater(id);
      }
    });
  }

  async #embed(run: Run, { signal, report }: JobWork): Promise<EmbeddedImages> {
    writeFileSync(this.#markerOf(run), '');
    const ports = await this.#ports();
    const onProgress = sayProgress(report);
    const embedded = await embedDataset(ports, run, run.datasetId, { output: 'h' }, onProgress, signal);
    rmSync(this.#markerOf(run), { force: true });
    this.#session.changed('encoder', 'files');
    return embedded;
  }

  async #lookAtNew(datasetId: DatasetId, encoderNow: () => Promise<ChosenEncoder | null>): Promise<void> {
    try {
      const encoder = await encoderNow();
      if (encoder === null || encoder.kind === 'baseline') return;
      const key = encoderKey(encoder.runId, encoder.checkpointStep, 'h');
      const { passing, searched } = await this.#session.index.ask('count', key, fileFilterSchema.parse({ datasetId }));
      if (passing > searched) this.#lookLater(encoder.runId);
    } catch (error) {
      const reason = new Error(`New images are not looked at: ${messageOf(error)}`, { cause: error });
      this.#session.jobs.start('embed', 'Looking at new images', () => Promise.reject(reason));
    }
  }

  /** Of the run that is to know all images, also where it has seen none yet. */
  async #keptEncoder(datasetId: DatasetId): Promise<ChosenEncoder | null> {
    const run = this.#keptRun(datasetId);
    return run === null ? null : encoderOfRun(run, (await this.#ports()).runHost);
  }

  /** The finished run that somebody has settled on, else the newest. */
  #keptRun(datasetId: DatasetId): Run | null {
    const { runs, datasets } = this.#session.stores;
    const finished = runs.list().filter((run) => run.status === 'finished' && run.datasetId === datasetId);
    const choice = datasets.encoderChoice(datasetId);
    const chosenId = choice === null ? null : runOfEncoderKey(choice);
    return finished.find(({ id }) => id === chosenId) ?? finished[0] ?? null;
  }

  /** The one that answers for a dataset, unless it looks at it already. */
  async #restingEncoder(datasetId: DatasetId): Promise<ChosenEncoder | null> {
    const encoder = await this.#session.currentEncoder(datasetId);
    return encoder.kind === 'run' && this.#looking.has(encoder.runId) ? null : encoder;
  }

  #markerOf({ id }: Run): string {
    return join(this.#session.wiring.layout.runs, id, MARKER);
  }
}

/** Pixels are half of the work, encoding is the other; one or the other takes longer. */
function sayProgress(report: JobWork['report']): (progress: EmbedProgress) => void {
  const share = { pixels: 0, encoding: 0 };
  return ({ phase, done, total }) => {
    share[phase] = total === 0 ? 0 : done / total;
    const images = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} images`;
    report((share.pixels + share.encoding) / 2, phase === 'pixels' ? `Reading ${images}` : `Encoding ${images}`);
  };
}

function wordsOf({ name }: Run, { embedded, alreadyThere }: EmbeddedImages, isAnswering: boolean): string | null {
  if (embedded === 0) return null;
  if (alreadyThere === 0 && isAnswering) return `Searches are now answered by “${isolated(name)}”.`;
  const more = alreadyThere === 0 ? '' : 'more ';
  return `“${isolated(name)}” has looked at ${embedded.toLocaleString('en')} ${more}${embedded === 1 ? 'image' : 'images'}.`;
}
