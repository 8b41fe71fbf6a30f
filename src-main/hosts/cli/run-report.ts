/** How a run in training is told: a live line and sentences for a person, one JSON object an event for a machine. */
import type { CachePlan, CacheProgress } from '#application/ports/pixel-cache.ts';
import type { RecipeChoice, RunEvent, RunHeadline } from '#application/ports/runs.ts';
import type { RunListener, RunResult } from '#application/start-run.ts';
import { resumeCommand } from '#application/resume-run.ts';
import { KindredError } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { Output } from './output.ts';
import { reportProfile } from './profile-report.ts';
import { countOf, formatDuration, formatRate } from './wording.ts';

type Started = Extract<RunEvent, { kind: 'started' }>;
type Progress = Extract<RunEvent, { kind: 'progress' }>;

const LIVE_INTERVAL_MS = 100;

export class RunReport implements RunListener {
  readonly #output: Output;
  readonly #onMade: () => void;
  #id: RunId | null = null;
  #headline: RunHeadline | null = null;
  #last: Progress | null = null;
  #isCachePlanned = false;
  #isProfileTold = false;
  #liveMs = Number.NEGATIVE_INFINITY;

  /**
   * @param id null: not made yet.
   * @param onMade called when it is.
   */
  constructor(output: Output, id: RunId | null = null, onMade: () => void = () => {}) {
    this.#output = output;
    this.#id = id;
    this.#onMade = onMade;
  }

  readonly onCache = ({ done, total, sizeBytes, plan }: CacheProgress): void => {
    if (!this.#isCachePlanned && done < total) {
      this.#output.event({ event: 'cache.planned', images: total, ...plan });
      for (const line of cacheLines(plan, total)) this.#output.line(line);
    }
    // Once a run is made its images are asked for again, and most often all are there.
    if (this.#id !== null && done >= total) return;
    this.#isCachePlanned = true;
    this.#output.live(`Preparing images: ${done} of ${total}, ${megabytes(sizeBytes)}`);
  };

  readonly onNote = (note: string): void => this.#output.warning(note);

  readonly onChosen = (id: RunId, choice: RecipeChoice): void => {
    this.#output.event({ event: 'run.chosen', runId: id, ...choice });
    this.#output.line(choice.message);
  };

  readonly onMade = (id: RunId, name: string): void => {
    this.#id = id;
    this.#onMade();
    this.#output.line(`Run ${id} "${name}": measuring how fast this computer trains it …`);
  };

  readonly onEvent = (event: RunEvent): void => {
    switch (event.kind) {
      case 'started':
        return this.#started(event);
      case 'progress':
        return this.#progress(event);
      case 'checkpointed':
        // A mark on a checkpoint that is there already (the best, the final) writes nothing.
        if (event.sizeBytes === 0) return;
        return this.#output.event({ event: 'run.checkpointed', runId: this.#id, ...eventFields(event) });
      case 'evaluated':
        return this.#evaluated(event);
      case 'advice':
        this.#output.event({ event: 'run.advised', runId: this.#id, ...eventFields(event) });
        return this.#output.warning(`Step ${event.step}: ${event.message}`);
      case 'profiled':
        return this.#profiled(event);
      case 'log':
        return this.#output.warning(event.message);
      case 'status':
        if (event.status === 'pausing') this.#output.line('Saving a checkpoint …');
    }
  };

  /** The last word about a session. @throws KindredError for a failed or an interrupted one. */
  ended({ id, name, outcome }: RunResult, isInterrupted: boolean): void {
    if (outcome.status === 'failed') {
      const { code, message, step } = outcome.failure;
      this.#output.event({ event: 'run.failed', runId: id, code, message, step });
      throw new KindredError(code, message, { runId: id, step });
    }
    const { step, elapsedMs } = outcome;
    const common = { runId: id, step, steps: step, seconds: elapsedMs / 1000 };
    if (outcome.status === 'finished') {
      this.#output.event({
        event: 'run.finished',
        ...common,
        viewsPerSecond: outcome.viewsPerSecond,
        waitingShare: outcome.waitingShare,
        ...this.#finals(),
      });
      this.#output.line(`Run ${id} "${name}" is finished: ${this.#summary(step, elapsedMs)}.`);
      this.#output.line(
        `${formatRate(outcome.viewsPerSecond)} views/s on average; ${(100 * outcome.waitingShare).toFixed(1)} % of the time went by waiting for images.`,
      );
      this.#output.line(`Next: npm start -- embed ${id} (searches are then answered by content), or evaluate ${id}.`);
      return;
    }
    this.#output.event({ event: 'run.paused', ...common, ...this.#finals() });
    const text = `Run ${id} "${name}" rests at step ${step}, saved. Go on with: ${resumeCommand(id)}`;
    if (isInterrupted) throw new KindredError('job.interrupted', text, { runId: id, step });
    this.#output.line(text);
  }

  #started(event: Started): void {
    this.#output.event({ event: 'run.started', runId: this.#id, ...eventFields(event) });
    const { totalSteps, step, stepsPerEpoch, batchSize, device, precision, compiled, remainingMs } = event;
    const epochs = (totalSteps / stepsPerEpoch).toFixed(1);
    const how = `${device.toUpperCase()}, ${precision}${compiled ? '' : ', step by step'}`;
    const from = step === 0 ? '' : `, going on from step ${step}`;
    this.#output.line(
      `${countOf(totalSteps, 'step')} of ${batchSize} images (${epochs} epochs) on ${how}: about ${formatDuration(remainingMs)}${from}.`,
    );
    this.#output.line(
      `Memory ${megabytes(event.memoryBytes)}, checkpoints of ${megabytes(event.checkpointBytes)} (${megabytes(event.freeDiskBytes)} free).`,
    );
    for (const note of event.notes) this.#output.line(note);
  }

  #progress(event: Progress): void {
    this.#last = event;
    this.#output.event({ event: 'run.progress', runId: this.#id, ...eventFields(event) });
    if (performance.now() - this.#liveMs < LIVE_INTERVAL_MS) return;
    this.#liveMs = performance.now();
    const parts = [
      `step ${event.step}/${event.totalSteps}`,
      `epoch ${event.epoch.toFixed(1)}`,
      `loss ${event.loss.toFixed(3)} (no signal ${event.noSignalLoss.toFixed(3)})`,
      ...(this.#headline === null ? [] : [headlineText(this.#headline)]),
      `${formatRate(event.viewsPerSecond)} views/s`,
      `waiting ${Math.round(100 * event.waitingShare)} %`,
      `${formatDuration(event.remainingMs)} left`,
    ];
    this.#output.live(parts.join(' · '));
  }

  #evaluated(event: Extract<RunEvent, { kind: 'evaluated' }>): void {
    this.#headline = event;
    this.#output.event({ event: 'run.evaluated', runId: this.#id, ...eventFields(event) });
  }

  /** The operations once, as soon as they are known. */
  #profiled(event: Extract<RunEvent, { kind: 'profiled' }>): void {
    this.#output.event({ event: 'run.profiled', runId: this.#id, ...eventFields(event) });
    reportProfile(this.#output, event, { steps: !this.#isProfileTold, session: event.isFinal });
    this.#isProfileTold = true;
  }

  #finals(): Record<string, unknown> {
    const headline = this.#headline === null ? null : eventFields({ kind: 'evaluated', ...this.#headline });
    return { loss: this.#last?.loss ?? null, noSignalLoss: this.#last?.noSignalLoss ?? null, headline };
  }

  #summary(step: number, elapsedMs: number): string {
    const loss = this.#last === null ? '' : `, loss ${this.#last.loss.toFixed(3)}`;
    const headline = this.#headline === null ? '' : `, ${headlineText(this.#headline)}`;
    return `${countOf(step, 'step')} in ${formatDuration(elapsedMs)}${loss}${headline}`;
  }
}

/** What preparing the images will take, before it begins. */
function cacheLines({ rawBytes, budgetBytes, encoding, evictedBytes }: CachePlan, images: number): readonly string[] {
  const what = `Pixels of ${countOf(images, 'image')}`;
  const lines =
    encoding === 'raw'
      ? [`${what} are kept ready for training: ${megabytes(rawBytes)}.`]
      : [
          `${what} would take ${megabytes(rawBytes)}, above the ${megabytes(budgetBytes)} they may (KINDRED_PIXEL_CACHE_MB): ` +
            'they are kept as WebP of quality 95 and decoded while training.',
        ];
  if (evictedBytes > 0) lines.push(`Pixels kept for other sides made room: ${megabytes(evictedBytes)}.`);
  return lines;
}

function megabytes(bytes: number): string {
  return `${formatRate(bytes / 1e6)} MB`;
}

export function headlineText({ protocol, top1, k, n, chance }: RunHeadline): string {
  const what = protocol === 'knn' ? `kNN (k ${k})` : `finds its own second view among ${n}`;
  return `${what} ${(100 * top1).toFixed(1)} % (chance ${(100 * chance).toFixed(1)} %)`;
}

/** The fields of an event, under the name that `--json` gives it. */
function eventFields(event: RunEvent): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'kind'));
}
