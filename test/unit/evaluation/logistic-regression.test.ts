import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { vectorTable } from '#base/vector-table.ts';
import { accuracyOf } from '#evaluation/accuracy.ts';
import { minimise } from '#evaluation/lbfgs.ts';
import { fitLinearProbe, L2_GRID } from '#evaluation/linear-probe.ts';
import { judgeByLogistic, LogisticRegression } from '#evaluation/logistic-regression.ts';
import { softmaxObjective } from '#evaluation/softmax-objective.ts';

/** Points around one centre a class, the centres `spread` apart in units of the noise. */
function clusters(count: number, dimensions: number, classCount: number, spread: number, seed = 1) {
  const centres = new RandomStream(9, 'centres');
  const at = Float64Array.from({ length: classCount * dimensions }, () => spread * centres.normal());
  const stream = new RandomStream(seed, 'clusters');
  const labels = Int32Array.from({ length: count }, (_, i) => i % classCount);
  const values = Float32Array.from(
    { length: count * dimensions },
    (_, i) => 2 + at[labels[Math.floor(i / dimensions)]! * dimensions + (i % dimensions)]! + stream.normal(),
  );
  return { vectors: vectorTable(values, dimensions), labels };
}

describe('softmaxObjective', () => {
  // Odd sizes, so that every remainder of the blocked loops is passed.
  it.each([
    [1, 3, 2],
    [37, 5, 3],
    [66, 4, 5],
    [131, 7, 10],
  ])('has the gradient its values imply (%i rows, %i dimensions, %i classes)', (count, dimensions, classCount) => {
    const { vectors, labels } = clusters(count, dimensions, classCount, 1);
    const objective = softmaxObjective(vectors, labels, classCount, 0.03);
    const stream = new RandomStream(2, 'point');
    const point = Float64Array.from({ length: classCount * (dimensions + 1) }, () => 0.3 * stream.normal());
    const gradient = new Float64Array(point.length);
    objective(point, gradient);
    const unused = new Float64Array(point.length);
    for (let i = 0; i < point.length; i++) {
      const above = objective(point.with(i, point[i]! + 1e-5), unused);
      const below = objective(point.with(i, point[i]! - 1e-5), unused);
      expect(gradient[i]).toBeCloseTo((above - below) / 2e-5, 7);
    }
  });

  it('is ln C at zero weights and stays finite at huge ones', () => {
    const { vectors, labels } = clusters(50, 4, 3, 1);
    const objective = softmaxObjective(vectors, labels, 3, 0);
    const gradient = new Float64Array(15);
    expect(objective(new Float64Array(15), gradient)).toBeCloseTo(Math.log(3), 12);
    const stream = new RandomStream(4, 'huge');
    const huge = Float64Array.from({ length: 15 }, () => 1e6 * stream.normal());
    expect(Number.isFinite(objective(huge, gradient))).toBe(true);
    expect(gradient.every((element) => Number.isFinite(element))).toBe(true);
  });
});

/** Minimum 0 at (1, 1), along a bent valley. */
const rosenbrock = (p: Float64Array, gradient: Float64Array): number => {
  const [x, y] = [p[0]!, p[1]!];
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
};
/** A constant that claims a slope. */
const lying = (_: Float64Array, gradient: Float64Array): number => (gradient.fill(1), 7);

describe('minimise', () => {
  const options = { tolerance: 1e-9, maxIterations: 200, memory: 8 };

  it("follows Rosenbrock's valley to its end", () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1), options);
    expect(found.converged).toBe(true);
    expect(found.parameters[0]).toBeCloseTo(1, 8);
    expect(found.parameters[1]).toBeCloseTo(1, 8);
    expect(found.iterations).toBeLessThan(60);
  });

  it('says so when the iterations run out, and is no worse than its start', () => {
    const found = minimise(rosenbrock, Float64Array.of(-1.2, 1), { ...options, maxIterations: 3 });
    expect(found).toMatchObject({ converged: false, iterations: 3 });
    expect(found.value).toBeLessThan(24.2);
  });

  it('ends where no step helps instead of looping', () => {
    const found = minimise(lying, Float64Array.of(1, 2), options);
    expect(found).toMatchObject({ converged: false, iterations: 0, value: 7 });
    expect([...found.parameters]).toEqual([1, 2]);
  });

  it('reaches the same minimum in fewer evaluations with the right preconditioner', () => {
    const scales = Float64Array.from({ length: 60 }, (_, i) => 10 ** (i / 30));
    const bowl = (p: Float64Array, gradient: Float64Array): number => {
      let value = 0;
      for (let i = 0; i < p.length; i++) {
        gradient[i] = scales[i]! * (p[i]! - 1);
        value += (gradient[i]! * (p[i]! - 1)) / 2;
      }
      return value;
    };
    const plain = minimise(bowl, new Float64Array(60), { ...options, maxIterations: 2000 });
    const precondition = (v: Float64Array): void => v.forEach((element, i) => (v[i] = element / scales[i]!));
    const guided = minimise(bowl, new Float64Array(60), { ...options, precondition });
    expect(plain.converged && guided.converged).toBe(true);
    expect(guided.evaluations).toBeLessThanOrEqual(3);
    expect(plain.evaluations).toBeGreaterThan(20);
  });
});

describe('LogisticRegression', () => {
  it('predicts the same for vectors that were moved and stretched, with the penalty in their units', () => {
    const { vectors, labels } = clusters(200, 6, 4, 0.7);
    const moved = vectorTable(
      vectors.values.map((value) => 100 * value + 700),
      6,
    );
    const plain = new LogisticRegression({ vectors, labels }, 4);
    const other = new LogisticRegression({ vectors: moved, labels }, 4);
    const a = plain.fit(0.01 * plain.variance, undefined, { tolerance: 1e-8 });
    const b = other.fit(0.01 * other.variance, undefined, { tolerance: 1e-8 });
    expect(b.value).toBeCloseTo(a.value, 5);
    expect([...judgeByLogistic(b.model, moved).predictions]).toEqual([
      ...judgeByLogistic(a.model, vectors).predictions,
    ]);
  });

  it('ends at the same model from a warm start, sooner', () => {
    const { vectors, labels } = clusters(300, 10, 3, 0.5);
    const regression = new LogisticRegression({ vectors, labels }, 3);
    const cold = regression.fit(1e-3, undefined, { tolerance: 1e-7 });
    const warm = regression.fit(1e-3, regression.fit(2e-3).model, { tolerance: 1e-7 });
    expect(warm.value).toBeCloseTo(cold.value, 9);
    expect(warm.evaluations).toBeLessThan(cold.evaluations);
    expect(regression.fit(1e-3, cold.model, { tolerance: 1e-6 }).iterations).toBe(0);
  });

  it('bears constant vectors, fewer rows than dimensions, and classes without rows', () => {
    const labels = Int32Array.of(0, 1, 1, 1);
    const flat = new LogisticRegression({ vectors: vectorTable(new Float32Array(12).fill(5), 3), labels }, 3);
    const { predictions } = judgeByLogistic(flat.fit(0.1).model, vectorTable(new Float32Array(3).fill(5), 3));
    expect([...predictions]).toEqual([1]);
    const wide = clusters(6, 40, 2, 1);
    const fit = new LogisticRegression(wide, 2).fit(1e-6);
    expect(fit.converged).toBe(true);
    expect(accuracyOf(judgeByLogistic(fit.model, wide.vectors).predictions, wide.labels)).toBe(1);
  });
});

describe('fitLinearProbe', () => {
  it('chooses a strong penalty for noise-ridden rows and reaches what the classes allow', () => {
    const training = clusters(400, 60, 4, 0.35);
    const test = clusters(400, 60, 4, 0.35, 2);
    const probe = fitLinearProbe(training, 4, { seed: 5 });
    const top1 = (model: typeof probe.model) =>
      accuracyOf(judgeByLogistic(model, test.vectors).predictions, test.labels);
    const unpenalised = new LogisticRegression(training, 4).fit(1e-9).model;
    expect(top1(probe.model)).toBeGreaterThan(0.85);
    expect(top1(probe.model)).toBeGreaterThan(top1(unpenalised));
    expect(probe.l2).toBeGreaterThan(1e-3);
    expect(probe.converged).toBe(true);
  });

  it('gives the same probe for the same seed, and reports each penalty tried', () => {
    const training = clusters(120, 5, 3, 0.8);
    const steps: number[] = [];
    const probe = fitLinearProbe(training, 3, { seed: 5, onProgress: (fraction) => steps.push(fraction) });
    expect([...fitLinearProbe(training, 3, { seed: 5 }).model.parameters]).toEqual([...probe.model.parameters]);
    expect(probe.trials.length).toBeLessThanOrEqual(L2_GRID.length);
    expect(probe.trials.map((trial) => trial.l2)).toContain(probe.l2);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(1);
  });

  it('works with two images a class', () => {
    const probe = fitLinearProbe(clusters(4, 3, 2, 5), 2, { seed: 1 });
    expect(probe.model.classCount).toBe(2);
  });
});
