/**
 * Linear evaluation (a) of the protocol: logistic regression on cached embeddings, the penalty chosen on a tenth of
 * the training rows, then fitted again on all of them. The rows judged in the end take no part in the choice.
 */
import { takeRows } from '#base/vector-table.ts';
import { accuracyOf } from './accuracy.ts';
import { checkLabelled, type LabelledVectors } from './labels.ts';
import { judgeByLogistic, LogisticRegression, type LogisticModel } from './logistic-regression.ts';
import { stratifiedHoldOut } from './splits.ts';

/** Penalties tried, in units of the vectors' mean variance, strongest first: a decade apart. */
export const L2_GRID: readonly number[] = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/** Penalties past the best one that are still tried before the search ends: weaker ones fit longer and gain nothing. */
const PATIENCE = 2;

export interface PenaltyTrial {
  readonly l2: number;
  /** Of the tenth held out of the training rows. */
  readonly accuracy: number;
  readonly logLoss: number;
  readonly iterations: number;
}

export interface LinearProbe {
  readonly model: LogisticModel;
  /** The penalty chosen: scikit-learn's C is 1 / (n · l2). */
  readonly l2: number;
  readonly trials: readonly PenaltyTrial[];
  readonly iterations: number;
  readonly converged: boolean;
}

export interface ProbeOptions {
  /** Decides which tenth chooses the penalty. */
  readonly seed: number;
  /** Called after each fit with the share of the work done, in (0, 1]; may throw to cancel. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * @returns the fitted probe; judge with `judgeByLogistic`.
 * @throws as `checkLabelled`, also when the rows left for fitting hold fewer than two classes.
 */
export function fitLinearProbe(training: LabelledVectors, classCount: number, options: ProbeOptions): LinearProbe {
  checkLabelled('The training set', training, classCount);
  const onProgress = options.onProgress ?? (() => undefined);
  const { trials, start } = choosePenalty(training, classCount, options.seed, (done) =>
    onProgress((0.9 * done) / (L2_GRID.length + 1)),
  );
  const regression = new LogisticRegression(training, classCount);
  const best = bestTrial(trials);
  const fit = regression.fit(best.l2, start);
  onProgress(1);
  return { model: fit.model, l2: best.l2, trials, iterations: fit.iterations, converged: fit.converged };
}

/** Fits nine tenths of the rows for one penalty after the other, each from the one before, and judges by the rest. */
function choosePenalty(
  training: LabelledVectors,
  classCount: number,
  seed: number,
  onFit: (done: number) => void,
): { trials: PenaltyTrial[]; start: LogisticModel } {
  const split = stratifiedHoldOut(training.labels, classCount, 0.1, seed);
  const part = (rows: Int32Array): LabelledVectors => ({
    vectors: takeRows(training.vectors, rows),
    labels: rows.map((row) => training.labels[row]!),
  });
  const judged = part(split.heldOut);
  const regression = new LogisticRegression(part(split.train), classCount);
  const trials: PenaltyTrial[] = [];
  const models: LogisticModel[] = [];
  for (const factor of L2_GRID) {
    const l2 = factor * regression.variance;
    const fit = regression.fit(l2, models.at(-1));
    const { predictions, logLoss } = judgeByLogistic(fit.model, judged.vectors, judged.labels);
    const accuracy = judged.labels.length === 0 ? 0 : accuracyOf(predictions, judged.labels);
    trials.push({ l2, accuracy, logLoss, iterations: fit.iterations });
    models.push(fit.model);
    onFit(trials.length);
    if (trials.length - 1 - trials.indexOf(bestTrial(trials)) >= PATIENCE) break;
  }
  return { trials, start: models[trials.indexOf(bestTrial(trials))]! };
}

/** Highest accuracy; of equals the lower log loss; of equals the stronger penalty. */
function bestTrial(trials: readonly PenaltyTrial[]): PenaltyTrial {
  return trials.reduce((best, trial) => {
    const isBetter =
      trial.accuracy > best.accuracy || (trial.accuracy === best.accuracy && trial.logLoss < best.logLoss);
    return isBetter ? trial : best;
  });
}
