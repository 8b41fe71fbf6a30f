import { describe, expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { errorCatalogue } from '#contract/errors.ts';
import { failureHelp, settingsAgain } from '../../../src-renderer/state/run-failure.ts';

const config = trainingConfigSchema.parse({ optimizer: { baseLearningRate: 4.8 }, batchSize: 256, side: 64 });
const helpFor = (code: string) => failureHelp({ config, failure: { code } });

describe('failureHelp', () => {
  it('halves the learning rate of a run whose numbers ran away', () => {
    const [first] = helpFor('training.diverged').actions;
    expect(first?.name).toContain('2.4');
    expect(first?.does).toEqual({ kind: 'again', changes: { 'optimizer.baseLearningRate': 2.4 } });
  });

  it('offers half the batch when memory ran out', () => {
    const changes = helpFor('training.outOfMemory').actions.flatMap(({ does }) =>
      does.kind === 'again' ? [does.changes] : [],
    );
    expect(changes).toContainEqual({ batchSize: 128 });
    expect(changes).toContainEqual({ side: 48 });
  });

  it('goes on, and changes nothing, when the disk was full', () => {
    expect(helpFor('disk.full').actions.map(({ does }) => does.kind)).toEqual(['resume']);
  });

  it('has words for every error of the catalogue, and offers only settings a run may have', () => {
    for (const code of Object.keys(errorCatalogue)) {
      const { title, advice, actions } = helpFor(code);
      expect(title.length, code).toBeGreaterThan(10);
      expect(advice.length, code).toBeGreaterThan(10);
      for (const { does } of actions) {
        if (does.kind === 'resume') continue;
        for (const path of Object.keys(does.changes))
          expect([...Object.keys(settingsAgain(config, {})), 'schedule.warmupEpochs']).toContain(path);
      }
    }
  });
});

describe('settingsAgain', () => {
  it('repeats every setting of the run but those that change', () => {
    const again = settingsAgain(config, { batchSize: 128 });
    expect(again).toMatchObject({ batchSize: 128, side: 64, 'optimizer.baseLearningRate': 4.8, 'length.epochs': 100 });
    expect(Object.values(again)).not.toContain(null);
  });
});
