/**
 * Encoders look at images in the background: at all of a dataset when a run ends, later at what is new in it, and after a
 * start at what was left when a look was cut off. What they have seen is searched by content.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encoderOfRun } from '#application/current-encoder.ts';
import { type EmbeddedImages, embedImages } from '#application/embed-images.ts';
import { encoderKey } from '#application/encoder-key.ts';
import type { Run } from '#application/ports/runs.ts';
import { messageOf } from '#base/errors.ts';
import { fileFilterSchema } from '#contract/studio/files.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import { embedPorts } from '../cli/judging-ports.ts';
import { runHost } from '../cli/run-ports.ts';
import type { JobWork } from './job-list.ts';
import type { StudioSession } from './studio-session.ts';

/** In a run's folder from when its encoder begins to look until it has seen all. */
const MARKER = 'looking';

export class EmbedJobs {
  readonly #session: StudioSession;
  readonly #looking = new Map<RunId, { isAskedAgain: boolean }>();
  /** Datasets that changed while something trained. */
  readonly #owed = new Set<DatasetId>();

  constructor(session: StudioSession) {
    this.#session = session;
  }

  /** Encodes the images of the run's dataset that its encoder has not seen; asked again meanwhile, once more after it. */
  look(id: RunId): void {
    const run = this.#session.stores.runs.find(id);
    const looking = this.#looking.get(id);
    if (looking !== undefined) looking.isAskedAgain = true;
    if (run === null || looking !== undefined) return;
    const state = { isAskedAgain: false };
    this.#looking.set(id, state);
    this.#session.jobs.start('embed', `Looking at all images with “${run.name}”`, async (tools) => {
      try {
        return wordsOf(run, await this.#embed(run, tools));
      } finally {
        this.#looking.delete(id);
        if (state.isAskedAgain && !tools.signal.aborted) this.look(id);
      }
    });
  }

  /** Images came into a dataset: its newest encoder looks at them, once nothing trains. */
  lookAtNew(datasetId: DatasetId): void {
    if (this.#session.runs.isBusy) this.#owed.add(datasetId);
    else void this.#lookAtNew(datasetId).catch((error: unknown) => this.#tellFailure(error));
  }

  /** Nothing trains any more. */
  goOn(): void {
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const datasetId of owed) this.lookAtNew(datasetId);
  }

  /** Goes on with looks that an end of the engine, or somebody, cut off. */
  takeUp(): void {
    const { stores } = this.#session;
    for (const run of stores.runs.list())
      if (run.status === 'finished' && stores.datasets.find(run.datasetId) !== null && existsSync(this.#markerOf(run)))
        this.look(run.id);
  }

  async #embed(run: Run, { signal, report }: JobWork): Promise<EmbeddedImages> {
    const { wiring, stores } = this.#session;
    writeFileSync(this.#markerOf(run), '');
    const embedded = await embedImages(
      await embedPorts(wiring),
      run,
      stores.files.images(run.datasetId),
      { output: 'h' },
      ({ done, total }) => report(total === 0 ? null : done / total, `${done} of ${total} images`),
      signal,
    );
    rmSync(this.#markerOf(run), { force: true });
    this.#session.changed('encoder', 'files');
    return embedded;
  }

  async #lookAtNew(datasetId: DatasetId): Promise<void> {
    const { stores, wiring } = this.#session;
    const finished = stores.runs.list().filter((run) => run.status === 'finished' && run.datasetId === datasetId);
    const [newest] = finished.toSorted((a, b) => b.createdMs - a.createdMs);
    const encoder = newest === undefined ? null : await encoderOfRun(newest, runHost(wiring));
    if (encoder === null) return;
    const key = encoderKey(encoder.runId, encoder.checkpointStep, 'h');
    const { passing, searched } = await this.#session.index.ask('count', key, fileFilterSchema.parse({ datasetId }));
    if (passing > searched) this.look(encoder.runId);
  }

  #markerOf({ id }: Run): string {
    return join(this.#session.wiring.layout.runs, id, MARKER);
  }

  #tellFailure(error: unknown): void {
    this.#session.jobs.start('embed', 'Looking at new images', () => Promise.reject(new Error(messageOf(error))));
  }
}

function wordsOf({ name }: Run, { embedded, alreadyThere }: EmbeddedImages): string | null {
  if (embedded === 0) return null;
  if (alreadyThere === 0) return `Searches are now answered by “${name}”.`;
  return `“${name}” has looked at ${embedded.toLocaleString('en')} more ${embedded === 1 ? 'image' : 'images'}.`;
}
