/**
 * The one loop that trains every objective: batches in, steps made, checkpoints and numbers out. It knows no TensorFlow,
 * no files and no way of judging; those stand behind the ports.
 *
 * L1  A checkpoint exists before the first step and after the last, and at every end that is not a failure.
 * L2  Nothing that is not finite is ever written.
 * L3  Writing goes on beside the next steps; the loop waits only to copy the state, or for the write before.
 */
import { KindredError } from '#base/errors.ts';
import type { Clock } from '#base/clock.ts';
import { AdviceWatch } from './advice.ts';
import { isCheckpointDue, isEvaluationDue } from './cadence.ts';
import type {
  BatchSource,
  Checkpoint,
  CheckpointMark,
  CheckpointMeta,
  CheckpointStore,
  HeadlineEvaluation,
  LoopControl,
  MetricSink,
  StepOutputs,
  StepRunner,
} from './ports.ts';
import { Throughput } from './throughput.ts';
import { firstNonFinite } from './finite-state.ts';

export interface LoopParts {
  readonly runner: StepRunner;
  readonly batches: BatchSource;
  readonly checkpoints: CheckpointStore;
  readonly metrics: MetricSink;
  readonly clock: Clock;
  readonly control: LoopControl;
  /** null: the run has too few images to be judged. */
  readonly evaluation: HeadlineEvaluation | null;
}

export interface LoopPlan {
  readonly totalSteps: number;
  /** 2N. */
  readonly viewsPerStep: number;
  readonly noSignalLoss: number;
  /** 1/√d of the projections: the spread of healthy embeddings. */
  readonly healthyStd: number;
  /** Where to go on from; null for a new run. The runner already holds its state. */
  readonly from: CheckpointMeta | null;
}

export interface LoopResult {
  readonly status: 'finished' | 'paused';
  readonly step: number;
  readonly elapsedMs: number;
  /** Mean over this session's steps, judging and saving left out. */
  readonly viewsPerSecond: number;
  /** Share of the time of these steps spent waiting for data, in [0, 1]. */
  readonly waitingShare: number;
}

/**
 * Trains until the plan is done or a pause is asked for.
 *
 * @throws KindredError `training.diverged` when the loss or the state is not finite; `disk.full` and others from the
 *   ports. The newest checkpoint is then what it was.
 */
export async function trainRun(parts: LoopParts, plan: LoopPlan): Promise<LoopResult> {
  const loop = new TrainingLoop(parts, plan);
  try {
    return await loop.run();
  } finally {
    await loop.settle();
  }
}

class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #plan: LoopPlan;
  readonly #throughput: Throughput;
  readonly #advice = new AdviceWatch();
  readonly #startMs: number;
  readonly #earlierMs: number;
  #step: number;
  #lastLoss: number;
  #evaluation: { spentMs: number; lastMs: number };
  #bestTop1: number;
  /** Newest state handed to the store, and newest one known to be on disk. */
  #saved: { step: number; atMs: number };
  #completeStep: number | null;
  #writing: Promise<void> | null = null;
  #writeError: unknown = null;

  constructor(parts: LoopParts, plan: LoopPlan) {
    this.#parts = parts;
    this.#plan = plan;
    this.#throughput = new Throughput(plan.viewsPerStep);
    this.#startMs = parts.clock.monotonicMs();
    this.#earlierMs = plan.from?.elapsedMs ?? 0;
    this.#step = plan.from?.step ?? 0;
    const earlier = plan.from?.metrics ?? {};
    this.#lastLoss = earlier['loss'] ?? Number.NaN;
    this.#evaluation = { spentMs: earlier['evaluationMs'] ?? 0, lastMs: earlier['lastEvaluationMs'] ?? 0 };
    this.#bestTop1 = earlier['bestTop1'] ?? Number.NEGATIVE_INFINITY;
    this.#saved = { step: plan.from === null ? -1 : this.#step, atMs: this.#startMs };
    this.#completeStep = plan.from?.step ?? null;
  }

  async run(): Promise<LoopResult> {
    const { totalSteps } = this.#plan;
    if (this.#plan.from === null) {
      await this.#saveAndWait([]);
      await this.#judge();
    }
    while (this.#step < totalSteps) {
      if (this.#parts.control.isPauseRequested()) {
        await this.#saveAndWait([]);
        return this.#result('paused');
      }
      await this.#makeStep();
      if (this.#writeError !== null) throw this.#writeError;
      await this.#parts.control.breathe();
      if (this.#step < totalSteps) await this.#keepUp();
    }
    await this.#judge();
    await this.#saveAndWait(['final']);
    return this.#result('finished');
  }

  /** Waits for a write under way, whatever became of it. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  async #makeStep(): Promise<void> {
    const { clock, batches, runner } = this.#parts;
    const startMs = clock.monotonicMs();
    const { batch, waitedMs } = await batches.batch(this.#step);
    let outputs: StepOutputs;
    try {
      outputs = await runner.step(batch);
    } finally {
      batch.release();
    }
    const loss = outputs['loss'] ?? Number.NaN;
    if (!Number.isFinite(loss))
      throw this.#diverged(`Loss is not finite at step ${this.#step + 1}`, batch.learningRate);
    this.#step += 1;
    this.#lastLoss = loss;
    this.#throughput.record(clock.monotonicMs() - startMs, waitedMs + (batch.chunks?.waitedMs() ?? 0));
    this.#report(outputs, batch.learningRate);
  }

  /** Judging and saving between steps, when their time has come. */
  async #keepUp(): Promise<void> {
    if (isEvaluationDue(this.#step, this.#plan.totalSteps, this.#elapsedMs(), this.#evaluation)) await this.#judge();
    const since = { ms: this.#parts.clock.monotonicMs() - this.#saved.atMs, steps: this.#step - this.#saved.step };
    const isDue = isCheckpointDue(since, this.#parts.batches.stepsPerEpoch, this.#throughput.stepMs);
    if (isDue && this.#writing === null) await this.#save([]);
  }

  async #judge(): Promise<void> {
    const { evaluation, clock, runner, metrics } = this.#parts;
    if (evaluation === null) return;
    const startMs = clock.monotonicMs();
    const { pinned = [], ...headline } = await evaluation.judge((...asked) => runner.embed(...asked));
    const tookMs = clock.monotonicMs() - startMs;
    this.#evaluation = { spentMs: this.#evaluation.spentMs + tookMs, lastMs: tookMs };
    if (pinned.length > 0) metrics.record({ kind: 'neighbours', step: this.#step, pinned });
    metrics.record({ kind: 'evaluated', step: this.#step, ...headline });
    if (headline.top1 <= this.#bestTop1) return;
    this.#bestTop1 = headline.top1;
    await this.#save(['best']);
  }

  async #saveAndWait(marks: readonly CheckpointMark[]): Promise<void> {
    await this.#writing;
    if (this.#writeError === null && (this.#saved.step !== this.#step || marks.length > 0)) await this.#save(marks);
    await this.#writing;
    if (this.#writeError !== null) throw this.#writeError;
  }

  /** Copies the state and starts to write it. */
  async #save(marks: readonly CheckpointMark[]): Promise<void> {
    await this.#writing;
    if (this.#writeError !== null) throw this.#writeError;
    const state = await this.#parts.runner.readState();
    const damaged = firstNonFinite(state);
    if (damaged !== null) throw this.#diverged(`"${damaged}" is not finite after step ${this.#step}`, null);
    this.#saved = { step: this.#step, atMs: this.#parts.clock.monotonicMs() };
    this.#writing = this.#write({ meta: this.#meta(), state }, marks);
  }

  async #write(checkpoint: Checkpoint, marks: readonly CheckpointMark[]): Promise<void> {
    const { checkpoints, metrics, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    try {
      const { sizeBytes } = await checkpoints.write(checkpoint, marks);
      this.#completeStep = checkpoint.meta.step;
      const durationMs = clock.monotonicMs() - startMs;
      metrics.record({ kind: 'checkpointed', step: checkpoint.meta.step, sizeBytes, durationMs });
    } catch (error) {
      this.#writeError = error;
    } finally {
      this.#writing = null;
    }
  }

  #meta(): CheckpointMeta {
    const metrics: Record<string, number> = {
      evaluationMs: this.#evaluation.spentMs,
      lastEvaluationMs: this.#evaluation.lastMs,
    };
    if (Number.isFinite(this.#lastLoss)) metrics['loss'] = this.#lastLoss;
    if (Number.isFinite(this.#bestTop1)) metrics['bestTop1'] = this.#bestTop1;
    return { step: this.#step, epoch: this.#epoch(), elapsedMs: this.#elapsedMs(), metrics };
  }

  #report(outputs: StepOutputs, learningRate: number): void {
    const { loss = Number.NaN, ...measures } = outputs;
    const { totalSteps, noSignalLoss, healthyStd } = this.#plan;
    const waitingShare = this.#throughput.waitingShare;
    this.#parts.metrics.record({
      kind: 'progress',
      step: this.#step,
      epoch: this.#epoch(),
      totalSteps,
      loss,
      noSignalLoss,
      learningRate,
      viewsPerSecond: this.#throughput.viewsPerSecond,
      waitingShare,
      elapsedMs: this.#elapsedMs(),
      remainingMs: this.#remainingMs(),
      measures,
    });
    const std = measures['projectionStd'];
    const spread = std === undefined ? null : { std, healthyStd };
    const seen = { step: this.#step, totalSteps, loss, noSignalLoss, learningRate, waitingShare, spread };
    for (const advice of this.#advice.observe(seen)) {
      this.#parts.metrics.record({ kind: 'advice', step: this.#step, ...advice });
    }
  }

  /** Steps to come at the recent speed, and the share that judging has taken so far. */
  #remainingMs(): number {
    const stepsMs = (this.#plan.totalSteps - this.#step) * this.#throughput.stepMs;
    const judgingShare = Math.min(0.1, this.#evaluation.spentMs / Math.max(1, this.#elapsedMs()));
    return stepsMs * (1 + judgingShare);
  }

  #epoch(): number {
    return this.#step / this.#parts.batches.stepsPerEpoch;
  }

  #elapsedMs(): number {
    return this.#earlierMs + this.#parts.clock.monotonicMs() - this.#startMs;
  }

  #result(status: LoopResult['status']): LoopResult {
    const { meanViewsPerSecond: viewsPerSecond, meanWaitingShare: waitingShare } = this.#throughput;
    return { status, step: this.#step, elapsedMs: this.#elapsedMs(), viewsPerSecond, waitingShare };
  }

  #diverged(what: string, learningRate: number | null): KindredError {
    const last = Number.isFinite(this.#lastLoss)
      ? ` (last finite loss ${this.#lastLoss.toPrecision(4)} at step ${this.#step})`
      : '';
    const there = learningRate === null ? '' : ` at a learning rate of ${learningRate.toPrecision(3)}`;
    const kept =
      this.#completeStep === null ? 'There is no checkpoint yet.' : `Checkpoint ${this.#completeStep} is intact.`;
    return new KindredError(
      'training.diverged',
      `${what}${there}${last}. Lower optimizer.baseLearningRate or lengthen schedule.warmupEpochs. ${kept}`,
      { step: this.#step, lastLoss: this.#lastLoss, learningRate, checkpointStep: this.#completeStep },
    );
  }
}
