/** When the loop saves and when it judges. Pure decisions on counts and times; the loop keeps the numbers. */

const CHECKPOINT_LEAST_MS = 30_000;
const CHECKPOINT_MOST_MS = 5 * 60_000;
const EVALUATIONS_PER_RUN = 20;
/** Share of the run's time that headline evaluations may take. */
export const EVALUATION_SHARE = 0.03;

export interface SinceCheckpoint {
  readonly ms: number;
  readonly steps: number;
}

/**
 * True every 30 s or epoch, whichever is later, and always before 5 minutes are over: a step that would end beyond them
 * is not waited for.
 *
 * @param stepMs time of a recent step.
 */
export function isCheckpointDue(since: SinceCheckpoint, stepsPerEpoch: number, stepMs: number): boolean {
  if (since.steps === 0) return false;
  if (since.ms + stepMs > CHECKPOINT_MOST_MS) return true;
  return since.ms >= CHECKPOINT_LEAST_MS && since.steps >= stepsPerEpoch;
}

/** True at the steps that end a twentieth of the run (each once), the last among them. */
export function endsTwentieth(step: number, totalSteps: number): boolean {
  const part = (count: number) => Math.floor((count * EVALUATIONS_PER_RUN) / totalSteps);
  return step > 0 && part(step) > part(step - 1);
}

export interface EvaluationTime {
  /** Spent judging so far, all sessions together. */
  readonly spentMs: number;
  /** What the last one took. */
  readonly lastMs: number;
}

/**
 * True at step 0, at the end, and at each twentieth between as long as one more evaluation keeps the share of time at
 * 3 % of what has passed.
 */
export function isEvaluationDue(step: number, totalSteps: number, elapsedMs: number, time: EvaluationTime): boolean {
  if (step === 0 || step === totalSteps) return true;
  return endsTwentieth(step, totalSteps) && time.spentMs + time.lastMs <= EVALUATION_SHARE * elapsedMs;
}
