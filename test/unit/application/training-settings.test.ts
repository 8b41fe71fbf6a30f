import { describe, expect, it } from 'vitest';
import { isKindredError } from '#base/errors.ts';
import { settingLimits } from '#application/settings/setting-limits.ts';
import { parseTrainingConfig, withSettings } from '#application/settings/training-settings.ts';

function failureOf(act: () => unknown): { readonly code: string; readonly message: string } {
  try {
    act();
  } catch (error) {
    if (isKindredError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
}

const leafKeys = (data: unknown, path: string): string[] =>
  typeof data === 'object' && data !== null
    ? Object.entries(data).flatMap(([name, value]) => leafKeys(value, path === '' ? name : `${path}.${name}`))
    : [path];

describe('withSettings', () => {
  it('sets a number, a word, a truth and null by dotted path', () => {
    const assignments = ['encoder.width=0.5', 'optimizer.kind=lars', 'compiled=false', 'head.hiddenSize=64'];
    const config = parseTrainingConfig(withSettings({ encoder: { depth: 34 } }, assignments));
    expect(config.encoder).toMatchObject({ width: 0.5, depth: 34 });
    expect(config.optimizer.kind).toBe('lars');
    expect(config.compiled).toBe(false);
    expect(config.head.hiddenSize).toBe(64);
    expect(parseTrainingConfig(withSettings(config, ['head.hiddenSize=null'])).head.hiddenSize).toBeNull();
  });

  it('reaches every field of a configuration, nested ones and second views too', () => {
    const config = parseTrainingConfig({ secondViews: { crop: {} } });
    const known = settingLimits();
    const missing = leafKeys(config, '').filter((key) => !known.has(key));
    expect(missing).toEqual([]);
    expect([...known.keys()]).toEqual(expect.arrayContaining(['length.epochs', 'length.steps', 'length.minutes']));
  });

  it('replaces the length, so that one of epochs, steps and minutes is set', () => {
    const config = parseTrainingConfig(withSettings({ length: { epochs: 10 } }, ['length.minutes=5']));
    expect(config.length).toEqual({ minutes: 5 });
  });

  it('lets the later of two win and leaves its input alone', () => {
    const base = { encoder: { width: 1 } };
    const config = withSettings(base, ['encoder.width=2', 'encoder.width=0.25']);
    expect(config).toMatchObject({ encoder: { width: 0.25 } });
    expect(base).toEqual({ encoder: { width: 1 } });
  });

  it.each([
    ['encoder.widht=1', 'encoder.width'],
    ['width=1', 'encoder.width'],
    ['temprature=1', 'loss.temperature'],
    ['optimiser.momentum=0.5', 'optimizer.momentum'],
    ['batchsize=8', 'batchSize'],
  ])('names the nearest key for %s', (assignment, nearest) => {
    const { code, message } = failureOf(() => withSettings({}, [assignment]));
    expect(code).toBe('config.unknownKey');
    expect(message).toContain(`"${nearest}"`);
  });

  it('lists the settings of a group that is set as a whole', () => {
    const { code, message } = failureOf(() => withSettings({}, ['loss=3']));
    expect(code).toBe('config.unknownKey');
    expect(message).toContain('loss.temperature');
  });

  it.each([
    ['encoder.width=9', '9', '0.25 to 4'],
    ['encoder.width=wide', '"wide"', '0.25 to 4'],
    ['encoder.width=', '""', '0.25 to 4'],
    ['encoder.width=NaN', '"NaN"', '0.25 to 4'],
    ['encoder.depth=20', '20', 'one of 18, 34, 50, 101, 152'],
    ['optimizer.kind=adam', '"adam"', 'one of sgd, lars, adamw'],
    ['batchSize=2.5', '2.5', 'whole, 2 to 16384'],
    ['optimizer.momentum=1', '1', '0 to below 1'],
    ['length.epochs=0', '0', 'above 0 to 100000'],
    ['compiled=yes', '"yes"', 'true or false'],
    ['cacheSide=3', '3', 'whole, 8 to 2048, or null'],
  ])('says the value and the limits for %s', (assignment, value, allowed) => {
    const { code, message } = failureOf(() => withSettings({}, [assignment]));
    expect(code).toBe('config.outOfRange');
    expect(message).toBe(`${assignment.split('=')[0]} can't be ${value}. Allowed: ${allowed}.`);
  });

  it.each(['encoder.width', '=3', ''])('refuses %j, which sets nothing', (assignment) => {
    expect(failureOf(() => withSettings({}, [assignment])).code).toBe('usage.invalid');
  });
});

describe('parseTrainingConfig', () => {
  it('names an unknown key of a file by its whole path', () => {
    const { code, message } = failureOf(() => parseTrainingConfig({ encoder: { witdh: 1 } }));
    expect(code).toBe('config.unknownKey');
    expect(message).toBe('There is no setting "encoder.witdh". The nearest is "encoder.width".');
  });
});
