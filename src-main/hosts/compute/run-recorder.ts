/** Keeps a run's state and its lines in metrics.jsonl while it is trained, and tells the parent. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { RunProfile } from '#application/ports/run-profile.ts';
import type { RunEvent, RunOutcome } from '#application/ports/runs.ts';
import type { CheckpointFolderStore } from '#checkpoints/checkpoint-store.ts';
import type { Checkpoint, CheckpointMark, CheckpointMeta, TrainingEvent } from '#training/ports.ts';
import {
  begin,
  checkpointed,
  complete,
  fail,
  newRunState,
  requestPause,
  stepped,
  type RunState,
} from '#training/run-state.ts';
import { errorFacts } from './error-facts.ts';
import type { StartedFacts, TrainingResult } from './messages.ts';
import type { ResolvedRun, RunFolder } from './run-folder.ts';

const FLUSH_MS = 1000;

export class RunRecorder {
  readonly #folder: RunFolder;
  readonly #tell: (event: RunEvent) => void;
  #state: RunState = newRunState;
  #elapsedMs = 0;
  #stepMs = 0;
  #file: number | null = null;
  #lines: string[] = [];
  #flushTimer: NodeJS.Timeout | null = null;

  constructor(folder: RunFolder, tell: (event: RunEvent) => void) {
    this.#folder = folder;
    this.#tell = tell;
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  /** @param from the checkpoint it goes on from. */
  begin(from: CheckpointMeta | null): void {
    this.#file = openSync(this.#folder.metricsFile, 'a');
    const found: RunState =
      from === null ? newRunState : { status: 'paused', step: from.step, checkpointStep: from.step };
    this.#elapsedMs = from?.elapsedMs ?? 0;
    this.#change(begin(found));
  }

  started(resolved: ResolvedRun, facts: StartedFacts): void {
    if (this.#folder.readResolved() === null) this.#folder.writeResolved(resolved);
    this.#stepMs = resolved.stepMs;
    const event: RunEvent = { kind: 'started', ...facts };
    this.#append(event);
    this.#tell(event);
  }

  record(event: TrainingEvent): void {
    if (event.kind === 'progress') {
      this.#state = stepped(this.#state, event.step);
      this.#stepMs = event.elapsedMs - this.#elapsedMs;
      this.#elapsedMs = event.elapsedMs;
    }
    this.#append(event);
    // Who hears of a judgement asks for the record at once: it is in the file by then.
    if (event.kind === 'evaluated') this.#flush();
    this.#tell(event);
  }

  log(level: 'info' | 'warning', message: string): void {
    this.#tell({ kind: 'log', level, message });
  }

  profiled(profile: RunProfile, isFinal: boolean): void {
    this.#folder.keepProfile(profile);
    this.#tell({ kind: 'profiled', isFinal, ...profile });
  }

  pauseRequested(): void {
    if (this.#state.status === 'running') this.#change(requestPause(this.#state));
  }

  /** The numbers up to a checkpoint are on disk before it is. */
  async write(
    store: CheckpointFolderStore,
    checkpoint: Checkpoint,
    marks: readonly CheckpointMark[],
  ): Promise<{ sizeBytes: number }> {
    this.#flush();
    const written = await store.write(checkpoint, marks);
    this.#change(checkpointed(this.#state, checkpoint.meta.step));
    return written;
  }

  ended(result: Extract<TrainingResult, { kind: 'train' }>): RunOutcome {
    const { status, step, elapsedMs, viewsPerSecond, waitingShare } = result;
    this.#elapsedMs = elapsedMs;
    if (status === 'finished') {
      this.#change(complete(this.#state));
      return { status, step, elapsedMs, viewsPerSecond, waitingShare };
    }
    if (this.#state.status !== 'paused') this.#change(checkpointed(this.#state, step));
    return { status, step, elapsedMs };
  }

  failed(error: unknown): RunOutcome {
    const { status, step } = this.#state;
    if (status === 'running' || status === 'pausing') this.#change(fail(this.#state));
    const { code, message } = errorFacts(error);
    return { status: 'failed', failure: { code, message, step: status === 'queued' ? null : step } };
  }

  close(): void {
    if (this.#file === null) return;
    this.#flush();
    closeSync(this.#file);
    this.#file = null;
  }

  #change(next: RunState): void {
    const { status, step } = next;
    const isNew = status !== this.#state.status;
    this.#state = next;
    if (isNew) this.#tell({ kind: 'status', status, step, elapsedMs: this.#elapsedMs });
  }

  #append(event: RunEvent | TrainingEvent): void {
    this.#lines.push(`${JSON.stringify(event)}\n`);
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  /** A full disk must not end a run for the sake of its log: lines that can't be written now are tried again. */
  #flush(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    if (this.#file === null || this.#lines.length === 0) return;
    let left = Buffer.from(this.#lines.join(''));
    try {
      while (left.length > 0) left = left.subarray(writeSync(this.#file, left));
      fsyncSync(this.#file);
    } catch {
      // The checkpoint that follows meets the same disk and says so.
    }
    this.#lines = left.length === 0 ? [] : [left.toString()];
  }
}
