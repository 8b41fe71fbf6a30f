import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changesOver, configFrom, type ConfigOptions } from '#hosts/cli/training-options.ts';

const presets = new URL('../../../../resources/presets/', import.meta.url);
const presetText = (name: string): string | null =>
  name === 'quick' || name === 'auto' ? readFileSync(new URL(`${name}.json`, presets), 'utf8') : null;
const config = (options: Partial<ConfigOptions>) => configFrom({ preset: 'quick', ...options }, presetText);

describe('configFrom', () => {
  it('starts from the preset and reaches any setting by its dotted path', () => {
    const { encoder, views, length, batchSize, seed, optimizer } = config({
      set: ['encoder.width=0.5', 'views.jitter.hue=0.2', 'optimizer.kind=lars', 'optimizer.nesterov=false'],
      batch: '32',
      epochs: '2.5',
      seed: '7',
    });
    expect(encoder).toMatchObject({ width: 0.5, depth: 18 });
    expect(views.jitter).toMatchObject({ hue: 0.2, brightness: 0.4 });
    expect(optimizer.kind).toBe('lars');
    expect([length, batchSize, seed]).toEqual([{ epochs: 2.5 }, 32, 7]);
    expect(config({}).length).toEqual({ minutes: 5 });
  });

  it.each([
    ['encoder.widht=1', 'config.unknownKey', /"encoder.widht". Did you mean "encoder.width"\?/],
    ['temprature=1', 'config.unknownKey', /Did you mean "loss.temperature"\?/],
    ['encoder.width=9', 'config.outOfRange', /"encoder.width".*at most 4/],
    ['batchSize=1', 'config.outOfRange', /"batchSize".*at least 2/],
    ['optimizer.kind=adagrad', 'config.outOfRange', /one of sgd, lars, adamw/],
    ['encoder.depth=20', 'config.outOfRange', /"encoder.depth".*one of 18, 34, 50, 101, 152/],
    ['batchSize=many', 'config.outOfRange', /"batchSize": it takes a number/],
    ['compiled=2', 'config.outOfRange', /"compiled": it takes true or false/],
    ['encoder.width', 'usage.invalid', /takes key=value/],
  ])('refuses --set %s as %s', (setting, code, message) => {
    expect(() => config({ set: [setting] })).toThrow(message);
    expect(() => config({ set: [setting] })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses two lengths, lengths that are none, and unknown presets', () => {
    expect(() => config({ epochs: '1', steps: '2' })).toThrow(/--epochs and --steps exclude each other/);
    expect(() => config({ steps: '0' })).toThrow(expect.objectContaining({ code: 'config.outOfRange' }));
    expect(() => config({ minutes: 'ten' })).toThrow(expect.objectContaining({ code: 'config.outOfRange' }));
    expect(() => config({ preset: '../quick' })).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    expect(() => config({ preset: 'quik' })).toThrow(/There are auto, quick, small-set, paper-cifar, paper-imagenet\./);
  });
});

describe('changesOver', () => {
  it('lays what was given over what auto has chosen, and nothing else', () => {
    const options = { preset: 'auto', set: ['encoder.width=1'], minutes: '3' };
    const chosen = { ...configFrom(options, presetText), side: 96 };
    const laid = changesOver(options, presetText)!({ ...chosen, encoder: { ...chosen.encoder, width: 0.25 } });
    expect(laid).toMatchObject({ side: 96, encoder: { width: 1, depth: 18 }, length: { minutes: 3 } });
  });

  it('is for presets that leave something open', () => {
    expect(changesOver({ preset: 'quick' }, presetText)).toBeNull();
  });
});
