/** What the program that started the engine is told: how much is worked on, and how runs ended. */
import type { Run } from '#application/ports/runs.ts';
import type { Job } from '#contract/studio/datasets.ts';
import type { Activity, EngineLine } from '#contract/studio/desktop.ts';
import type { NumberedEvent } from './event-log.ts';

/** Work that somebody asked for and waits for; looks of encoders, maps and erasures go on by themselves at the next start. */
const isAskedFor = ({ kind }: Job): boolean => kind === 'import' || kind === 'prepare';
const isActive = ({ status }: Run): boolean => ['queued', 'running', 'pausing'].includes(status);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * @param events from the engine's log, from now on.
 * @param listRuns all runs of the library; asked again when one changes its state, not at every step.
 * @param listJobs those that run.
 * @returns lines as the state changes, with the state of the beginning first.
 */
export async function* engineLines(
  events: AsyncIterable<NumberedEvent>,
  listRuns: () => readonly Run[],
  listJobs: () => readonly Job[],
): AsyncGenerator<EngineLine> {
  let runs = listRuns();
  const watched = new Set(runs.filter(isActive).map(({ id }) => id));
  /** Of the run that trains, since the list was asked for. */
  let step: number | null = null;
  let told = activityOf(runs, listJobs(), step);
  yield { event: 'studio.activity', ...told };
  for await (const { event } of events) {
    const hasProgress = event.kind === 'run.progress';
    const mayHaveEnded = event.kind === 'library.changed' && event.what === 'runs';
    const isOfJob = event.kind === 'job.changed';
    if (!hasProgress && !mayHaveEnded && !isOfJob && event.kind !== 'run.changed') continue;
    if (hasProgress) step = event.point.step;
    else if (!isOfJob) [runs, step] = [listRuns(), null];
    for (const { id } of runs.filter(isActive)) watched.add(id);
    if (mayHaveEnded) {
      for (const run of runs.filter((one) => !isActive(one) && watched.delete(one.id))) yield* endingOf(run);
    }
    const activity = activityOf(runs, listJobs(), step);
    if (activity.runs === told.runs && activity.jobs === told.jobs && activity.share === told.share) continue;
    told = activity;
    yield { event: 'studio.activity', ...activity };
  }
}

/** @param step of the run that trains, where it is known better than by the list. */
function activityOf(runs: readonly Run[], jobs: readonly Job[], step: number | null): Activity {
  const training = runs.find(({ status }) => status === 'running' || status === 'pausing');
  const total = training?.totalSteps ?? null;
  const share = training && total ? Math.floor(((step ?? training.step) / total) * 100) / 100 : null;
  return { runs: runs.filter(isActive).length, jobs: jobs.filter(isAskedFor).length, share };
}

/** A run that came to rest because somebody asked for it is no news. */
function* endingOf({ name, status, step, headline, failure }: Run): Generator<EngineLine> {
  if (status === 'failed') {
    yield { event: 'studio.runEnded', name, summary: failure?.message ?? `It failed at step ${step}.` };
  } else if (status === 'finished') {
    const protocol = headline?.protocol === 'knn' ? 'kNN accuracy' : 'Retrieval';
    const result =
      headline === null ? '' : ` ${protocol} ${percent(headline.top1)} (by chance ${percent(headline.chance)}).`;
    yield { event: 'studio.runEnded', name, summary: `Finished after ${step.toLocaleString('en')} steps.${result}` };
  }
}
