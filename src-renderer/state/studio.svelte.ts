/**
 * What the whole window shares: the engine's calls, whether it is there, datasets, jobs and runs as they change.
 * Screens ask the engine for what only they show.
 */
import { getEventMeta } from '@orpc/client';
import type { DatasetSummary, Job } from '../../src-main/contract/studio/datasets.ts';
import type { StudioEvent } from '../../src-main/contract/studio/events.ts';
import type { RunPoint, RunSummary } from '../../src-main/contract/studio/runs.ts';
import { connectEngine, isUnreachable, messageOf, type Engine } from '../transport/engine.ts';
import { watchEvents } from '../transport/events.ts';
import { address } from './address.svelte.ts';
import { showDataset } from './filter-address.ts';
import { NewDataset } from './new-dataset.ts';

export type Connection = 'connecting' | 'live' | 'lost';
type Changed = Extract<StudioEvent, { kind: 'library.changed' }>['what'];

export interface UploadProgress {
  readonly report: (share: number, detail: string) => void;
  readonly isCancelled: () => boolean;
  readonly end: () => void;
}

export class Studio {
  readonly engine: Engine;
  /** Opens commands and uploads; see transport/key.ts. */
  readonly key: string;
  #connection = $state<Connection>('connecting');
  #datasets = $state.raw<readonly DatasetSummary[] | null>(null);
  #jobs = $state.raw<readonly Job[]>([]);
  #runs = $state.raw<readonly RunSummary[]>([]);
  #undo = $state.raw<{ undo: string | null; redo: string | null }>({ undo: null, redo: null });
  #notices = $state.raw<readonly { id: number; text: string; isError: boolean }[]>([]);
  readonly #fileListeners = new Set<() => void>();
  readonly #viewListeners = new Set<() => void>();
  readonly #pointListeners = new Set<(runId: string, point: RunPoint, advice: readonly string[]) => void>();
  readonly #uploads = new Map<string, () => void>();
  readonly #newDataset = new NewDataset();
  /** The one that is shown while the address names none; another that comes does not take its place. */
  #homeId = $state.raw<number | null>(null);
  #nextNotice = 0;

  constructor(key: string) {
    this.key = key;
    this.engine = connectEngine(key);
  }

  get connection(): Connection {
    return this.#connection;
  }
  /** null until the first answer. */
  get datasets(): readonly DatasetSummary[] | null {
    return this.#datasets;
  }
  get jobs(): readonly Job[] {
    return this.#jobs;
  }
  get runs(): readonly RunSummary[] {
    return this.#runs;
  }
  get undoable(): { readonly undo: string | null; readonly redo: string | null } {
    return this.#undo;
  }
  get notices(): readonly { readonly id: number; readonly text: string; readonly isError: boolean }[] {
    return this.#notices;
  }
  /** The dataset in the address, else the one that was the first when the page was opened. */
  get dataset(): DatasetSummary | null {
    const wanted = address.get('dataset');
    const withId = (wantedId: number): DatasetSummary | undefined => this.#datasets?.find(({ id }) => id === wantedId);
    return withId(Number(wanted)) ?? withId(this.#homeId ?? 0) ?? this.#datasets?.[0] ?? null;
  }
  get activeRun(): RunSummary | null {
    return this.#runs.find(({ status }) => status === 'running' || status === 'pausing') ?? null;
  }

  start(signal: AbortSignal): void {
    watchEvents(
      this.engine,
      (event) => getEventMeta(event)?.id,
      (event) => this.#take(event),
      (isLive) => this.#setLive(isLive),
      signal,
    );
    void this.#refresh(['datasets', 'runs', 'undo', 'jobs']);
  }

  /** Runs a call; says what went wrong if it does, and gives null then. */
  async ask<T>(call: (engine: Engine) => Promise<T>): Promise<T | null> {
    try {
      return await call(this.engine);
    } catch (error) {
      if (!isUnreachable(error)) this.notify(messageOf(error), true);
      return null;
    }
  }

  /** As `ask`, of images that are to be added: a data set that comes of it soon is shown. */
  addImages<T>(call: (engine: Engine) => Promise<T>): Promise<T | null> {
    if (this.#datasets !== null && this.#datasets.length > 0) this.#newDataset.expect(this.#datasets);
    return this.ask(call);
  }

  async undo(): Promise<void> {
    const answer = await this.ask((engine) => engine.undo.undo());
    if (answer?.done) this.notify(`Undone: ${answer.done}`);
  }

  async redo(): Promise<void> {
    const answer = await this.ask((engine) => engine.undo.redo());
    if (answer?.done) this.notify(`Done again: ${answer.done}`);
  }

  /** True while files are on their way from this page: closing it would cut them off. */
  get isUploading(): boolean {
    return this.#jobs.some(({ id }) => this.#uploads.has(id));
  }

  wordsFor(error: unknown): string {
    return messageOf(error);
  }

  /** How long it stays is up to what shows it. */
  notify(text: string, isError = false): void {
    const id = this.#nextNotice++;
    this.#notices = [...this.#notices, { id, text, isError }];
  }

  /** Shows work of the page itself among the jobs. */
  beginUpload(title: string): UploadProgress {
    const id = `upload-${this.#nextNotice++}`;
    let isCancelled = false;
    const show = (share: number, detail: string): void => {
      const job: Job = { id, kind: 'import', title, share, detail, state: 'running', message: null };
      this.#uploads.set(id, () => (isCancelled = true));
      this.#jobs = withItem(this.#jobs, job);
    };
    show(0, '');
    return {
      report: show,
      isCancelled: () => isCancelled,
      end: () => {
        this.#uploads.delete(id);
        this.#jobs = this.#jobs.filter((job) => job.id !== id);
      },
    };
  }

  /** What the engine works on, beside the uploads, of which only this window knows. */
  #showJobs(listed: readonly Job[]): void {
    const uploads = this.#jobs.filter(({ id }) => this.#uploads.has(id));
    this.#jobs = [...uploads, ...listed.filter(({ state }) => state === 'running')];
  }

  cancelJob(id: string): void {
    const cancelUpload = this.#uploads.get(id);
    if (cancelUpload) cancelUpload();
    else void this.ask((engine) => engine.job.cancel({ id }));
  }

  dismiss(id: number): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  /** Called whenever files, labels, tags, encoder or maps changed, or the engine came back. Returns how to stop. */
  onFilesChanged(listener: () => void): () => void {
    this.#fileListeners.add(listener);
    return () => this.#fileListeners.delete(listener);
  }

  /** Called whenever the views kept by name changed, or the engine came back. Returns how to stop. */
  onViewsChanged(listener: () => void): () => void {
    this.#viewListeners.add(listener);
    return () => this.#viewListeners.delete(listener);
  }

  onRunPoint(listener: (runId: string, point: RunPoint, advice: readonly string[]) => void): () => void {
    this.#pointListeners.add(listener);
    return () => this.#pointListeners.delete(listener);
  }

  #setLive(isLive: boolean): void {
    const wasLost = this.#connection === 'lost';
    this.#connection = isLive ? 'live' : 'lost';
    if (isLive && wasLost) {
      void this.#refresh(['datasets', 'runs', 'undo', 'jobs']);
      for (const listener of [...this.#fileListeners, ...this.#viewListeners]) listener();
    }
  }

  #take(event: StudioEvent): void {
    if (event.kind === 'job.changed') this.#takeJob(event.job);
    else if (event.kind === 'run.changed') this.#runs = withItem(this.#runs, event.run);
    else if (event.kind === 'run.progress') {
      const { step, loss } = event.point;
      this.#runs = this.#runs.map((run) => (run.id === event.id ? { ...run, step, loss } : run));
      for (const listener of this.#pointListeners) listener(event.id, event.point, event.advice);
    } else {
      void this.#refresh([event.what]);
      if (['files', 'datasets', 'encoder'].includes(event.what)) for (const listener of this.#fileListeners) listener();
      if (event.what === 'views') for (const listener of this.#viewListeners) listener();
    }
  }

  #takeDatasets(datasets: readonly DatasetSummary[]): void {
    this.#datasets = datasets;
    if (!datasets.some(({ id }) => id === this.#homeId)) this.#homeId = datasets[0]?.id ?? null;
    const newId = this.#newDataset.foundIn(datasets);
    if (newId !== null) showDataset(newId);
  }

  #takeJob(job: Job): void {
    this.#jobs = withItem(this.#jobs, job).filter(({ state }) => state === 'running');
    if (job.state === 'failed') this.notify(job.message ?? `${job.title} failed.`, true);
    if (job.state === 'done' && job.message !== null) this.notify(job.message);
  }

  async #refresh(what: readonly (Changed | 'jobs')[]): Promise<void> {
    try {
      if (what.includes('datasets') || what.includes('files')) this.#takeDatasets(await this.engine.dataset.list());
      if (what.includes('runs')) this.#runs = await this.engine.run.list();
      if (what.includes('undo') || what.includes('files')) this.#undo = await this.engine.undo.peek();
      if (what.includes('jobs')) this.#showJobs(await this.engine.job.list());
    } catch (error) {
      if (!isUnreachable(error)) this.notify(messageOf(error), true);
    }
  }
}

function withItem<T extends { readonly id: string }>(items: readonly T[], item: T): readonly T[] {
  return items.some(({ id }) => id === item.id)
    ? items.map((old) => (old.id === item.id ? item : old))
    : [item, ...items];
}
