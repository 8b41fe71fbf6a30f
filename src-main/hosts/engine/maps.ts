/**
 * Maps of datasets: laid out once for an encoder and a set of images, then kept in the library's `maps/`.
 *
 * M1  When images come or go the map stays, and says so, until somebody asks for a new one.
 * M2  No layout begins while images come into the dataset or an encoder looks at images; one that is wanted waits.
 * M3  Of a dataset one layout is made at a time: another encoder's, or an older one of what is asked for anew, is stopped.
 *     Whoever only follows changes stops none that was asked for by its encoder: two windows would else stop each
 *     other's for ever.
 * M4  A layout that was stopped or that failed begins again when somebody asks, never by itself.
 */
import { KindredError, messageOf } from '#base/errors.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import { keyOf } from '#application/search-images.ts';
import type { GroupedBy } from '#database/columns/groups.ts';
import { project } from '#vectors/projection.ts';
import { formatDuration } from '../cli/wording.ts';
import type { JobWork } from './job-list.ts';
import { KeptMaps } from './kept-maps.ts';
import type { StudioSession } from './studio-session.ts';
import { encoderTitle, type EncoderTitle } from './encoder-title.ts';

/** One map looks like the next: the seed is the same for all. */
const SEED = 7;
/** Of a layout, before its speed says how long it takes. */
const KNOWN_SHARE = 0.2;

export interface OpenedMap {
  readonly mapId: string | null;
  readonly jobId: string | null;
  readonly isWaiting: boolean;
  readonly isBehind: boolean;
  readonly isNewest: boolean;
  readonly missing: number;
  readonly stopped: string | null;
  readonly encoder: EncoderTitle;
}

export interface MapQuestion {
  readonly datasetId: DatasetId;
  /** Somebody wants it laid out anew. */
  readonly again: boolean;
  /** null: the encoder that answers anyway. */
  readonly encoderKey: string | null;
  /** Nobody asked: something has changed. */
  readonly isFollowing: boolean;
}

/** A layout at work. */
interface Layout {
  readonly jobId: string;
  readonly datasetId: DatasetId;
  readonly mapId: string;
  /** Asked for by its encoder, which need not be the one that answers anyway. */
  readonly isNamed: boolean;
  isSuperseded: boolean;
}

export class Maps {
  readonly #session: StudioSession;
  readonly #kept: KeptMaps;
  /** By encoder and dataset, as all that follow. */
  readonly #making = new Map<string, Layout>();
  /** How the last attempt ended that somebody stopped or that failed. */
  readonly #stopped = new Map<string, string>();
  /** Asked for anew, and not begun. */
  readonly #asked = new Set<string>();
  /** Somebody was told that a layout waits. */
  #isAnyWaiting = false;

  constructor(session: StudioSession) {
    this.#session = session;
    this.#kept = new KeptMaps(session.wiring.layout.maps);
  }

  /**
   * The map of the images that an encoder of the dataset has seen.
   *
   * @throws KindredError `search.empty`.
   */
  async open({ datasetId, again: isAsked, encoderKey, isFollowing }: MapQuestion): Promise<OpenedMap> {
    const chosen = await this.#session.currentEncoder(datasetId, encoderKey);
    const encoder = encoderTitle(chosen);
    const work = `${keyOf(chosen)} ${datasetId}`;
    const isNamed = encoderKey !== null;
    const isLeft = (other: string, layout: Layout): boolean =>
      other !== work && isFollowing && (isNamed || layout.isNamed);
    const isBehind = this.#layoutsOf(datasetId).some(([other, layout]) => isLeft(other, layout));
    this.#supersede(datasetId, (other, layout) => other !== work && !isLeft(other, layout));
    if (isAsked) this.#stopped.delete(work);
    if (isAsked) this.#asked.add(work);
    const kept = this.#kept.find(work);
    const isHeldUp = isBehind || this.#isGrowing(datasetId);
    const none = { mapId: null, jobId: null, isNewest: false, missing: 0, isBehind, encoder };
    if (kept === null && isHeldUp && !this.#making.has(work)) return { ...none, ...this.#resting(work, true) };
    const now = await this.#session.index.ask('mapIdOf', keyOf(chosen), datasetId);
    if (now === null)
      throw new KindredError('search.empty', 'There is no image to lay out yet: add folders first.', { datasetId });
    if (this.#kept.has(now.mapId)) {
      this.#asked.delete(work);
      return { ...none, mapId: now.mapId, isNewest: true, isWaiting: false, stopped: null };
    }
    const isWanted = this.#asked.has(work) || (kept === null && !this.#making.has(work));
    if (isWanted && !isHeldUp && !this.#stopped.has(work)) {
      this.#supersede(datasetId, (_, { mapId }) => mapId !== now.mapId);
      if (!this.#making.has(work)) this.#make(work, chosen, { datasetId, mapId: now.mapId, isNamed });
    }
    const state = { ...none, mapId: kept?.mapId ?? null, missing: now.images - (kept?.images ?? 0) };
    const jobId = this.#making.get(work)?.jobId ?? null;
    return { ...state, jobId, ...this.#resting(work, isWanted && jobId === null) };
  }

  /** Work has ended that a layout may wait for. */
  goOn(): void {
    if (!this.#isAnyWaiting) return;
    this.#isAnyWaiting = false;
    this.#session.changed('encoder');
  }

  /** Ends the layouts of a dataset that nobody will look at. */
  stop(datasetId: DatasetId): void {
    this.#supersede(datasetId, () => true);
  }

  /** Why nothing is made, though it may be wanted. */
  #resting(work: string, isWanted: boolean): { readonly isWaiting: boolean; readonly stopped: string | null } {
    const stopped = this.#stopped.get(work) ?? null;
    const isWaiting = isWanted && stopped === null;
    if (isWaiting) this.#isAnyWaiting = true;
    return { isWaiting, stopped };
  }

  #layoutsOf(datasetId: DatasetId): readonly (readonly [work: string, layout: Layout])[] {
    return [...this.#making].filter(([, layout]) => layout.datasetId === datasetId);
  }

  #isGrowing(datasetId: DatasetId): boolean {
    const { growing, jobs } = this.#session;
    return growing.has(datasetId) || jobs.list().some(({ kind }) => kind === 'embed');
  }

  #supersede(datasetId: DatasetId, isOld: (work: string, layout: Layout) => boolean): void {
    for (const [work, layout] of this.#layoutsOf(datasetId)) {
      if (!isOld(work, layout)) continue;
      layout.isSuperseded = true;
      this.#making.delete(work);
      this.#session.jobs.cancel(layout.jobId);
    }
  }

  /** The bytes of a map; null when there is none. */
  points(mapId: string): Promise<Uint8Array | null> {
    return this.#kept.points(mapId);
  }

  /** Deletes maps of datasets and encoders that are gone; of those that can be brought back they stay. */
  async forgetGone(): Promise<void> {
    const { datasets, runs } = this.#session.stores;
    const isKept = (id: DatasetId): boolean => datasets.find(id) !== null || datasets.removed.nameOf(id) !== null;
    await this.#kept.forget(
      ({ datasetId, runId }) =>
        (datasetId !== null && !isKept(datasetId as DatasetId)) ||
        (runId !== null && runs.find(runId as RunId) === null),
    );
  }

  /** Names of groups, the most frequent first, and base64 of each point's group; the rest is together in the last. */
  async groups(mapId: string, by: GroupedBy): Promise<{ names: string[]; index: string } | null> {
    const bytes = await this.points(mapId);
    if (bytes === null) return null;
    const { names, hasRest, index } = await this.#session.index.ask('groupsOfPoints', bytes, by);
    const shown = names.map((name) => (name === '' ? (by === 'quality' ? 'nothing odd' : `no ${by}`) : name));
    return { names: hasRest ? [...shown, 'all others'] : shown, index: Buffer.from(index).toString('base64') };
  }

  #make(work: string, encoder: ChosenEncoder, wanted: Pick<Layout, 'datasetId' | 'mapId' | 'isNamed'>): void {
    const session = this.#session;
    const { datasetId } = wanted;
    const title = `Laying out the map of ${session.datasetName(datasetId)}`;
    const jobId = session.jobs.start('project', title, async (tools) => {
      try {
        await this.#layOut(work, encoder, datasetId, tools);
      } catch (error) {
        if (!layout.isSuperseded)
          this.#stopped.set(work, tools.signal.aborted ? 'The layout was stopped.' : failureOf(error));
        throw error;
      } finally {
        if (this.#making.get(work) === layout) this.#making.delete(work);
        session.changed('encoder');
      }
      return null;
    });
    const layout: Layout = { ...wanted, jobId, isSuperseded: false };
    this.#making.set(work, layout);
    this.#asked.delete(work);
  }

  async #layOut(
    work: string,
    encoder: ChosenEncoder,
    datasetId: DatasetId,
    { signal, report }: JobWork,
  ): Promise<void> {
    const { index } = this.#session;
    const task = await index.ask('mapTask', keyOf(encoder), datasetId);
    if (task === null) throw new KindredError('search.empty', 'There is no image to lay out any more.', { datasetId });
    const { mapId, imageIds, values, dimensions } = task;
    report(null, `${imageIds.length.toLocaleString('en')} images`);
    const startMs = performance.now();
    const onProgress = (share: number): void => report(share, wordsFor(share, performance.now() - startMs));
    const positions = await project(values, dimensions, { seed: SEED, signal, onProgress });
    const bytes = await index.ask('mapPoints', imageIds, datasetId, positions);
    signal.throwIfAborted();
    const runId = encoder.kind === 'run' ? encoder.runId : null;
    await this.#kept.keep(work, { mapId, images: imageIds.length, datasetId, runId }, bytes);
  }
}

/** How far a layout is; what is left is told once the slower part of it has shown its speed. */
function wordsFor(share: number, elapsedMs: number): string {
  const done = `${Math.floor(share * 100)} %`;
  if (share < KNOWN_SHARE) return done;
  return `${done}, about ${formatDuration((elapsedMs / share) * (1 - share))} left`;
}

const failureOf = (error: unknown): string => `The layout failed: ${messageOf(error)}`;
