import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vectorTable } from '#base/vector-table.ts';
import { confusionMatrix } from '#evaluation/accuracy.ts';
import { classifyByNeighbours } from '#evaluation/knn.ts';
import { judgeByLogistic, LogisticRegression } from '#evaluation/logistic-regression.ts';
import { exactNeighbours } from '#evaluation/neighbours.ts';

interface Numbers {
  readonly dimensions: number;
  readonly classes: number;
  readonly temperature: number;
  readonly train: number[];
  readonly trainLabels: number[];
  readonly test: number[];
  readonly testLabels: number[];
  readonly neighbours: number[];
  readonly similarities: number[];
  readonly knn: { readonly k: number; readonly predictions: number[] }[];
  readonly logistic: {
    readonly l2: number;
    readonly parameters: number[];
    readonly value: number;
    readonly testLogLoss: number;
    readonly testPredictions: number[];
    readonly testConfusion: number[];
  }[];
}

const numbers = JSON.parse(readFileSync(new URL('./evaluation-numbers.json', import.meta.url), 'utf8')) as Numbers;
const { dimensions, classes } = numbers;
const training = {
  vectors: vectorTable(Float32Array.from(numbers.train), dimensions),
  labels: Int32Array.from(numbers.trainLabels),
};
const test = vectorTable(Float32Array.from(numbers.test), dimensions);

describe('kNN beside scikit-learn', () => {
  it('finds the same neighbours with the same cosines', () => {
    const lists = exactNeighbours(training.vectors, test, 5);
    expect([...lists.rows]).toEqual(numbers.neighbours);
    numbers.similarities.forEach((value, i) => expect(lists.similarities[i]).toBeCloseTo(value, 5));
  });

  it('predicts the same class for every query and k', async () => {
    const ks = numbers.knn.map((entry) => entry.k);
    const found = await classifyByNeighbours(training, test, classes, ks, numbers.temperature, exactNeighbours);
    expect(found.map(({ k, predictions }) => ({ k, predictions: [...predictions] }))).toEqual(numbers.knn);
  });
});

describe('logistic regression beside scikit-learn', () => {
  const regression = new LogisticRegression(training, classes);

  it.each(numbers.logistic)('ends at the same model for l2 = $l2', (expected) => {
    const fit = regression.fit(expected.l2, undefined, { tolerance: 1e-9, maxIterations: 5000 });
    expect(fit.converged).toBe(true);
    expect(Math.abs(fit.value - expected.value)).toBeLessThan(1e-7);
    // Adding a number to all intercepts changes no probability: compared with their mean taken out, as they come.
    expected.parameters.forEach((value, i) => expect(Math.abs(fit.model.parameters[i]! - value)).toBeLessThan(2e-4));
    const judged = judgeByLogistic(fit.model, test, numbers.testLabels);
    expect([...judged.predictions]).toEqual(expected.testPredictions);
    expect(judged.logLoss).toBeCloseTo(expected.testLogLoss, 4);
    expect([...confusionMatrix(judged.predictions, numbers.testLabels, classes)]).toEqual(expected.testConfusion);
  });
});
