import { describe, expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { dialGroups, dialHint, settingName, settingText, withDialNames } from '../../../src-renderer/state/dials.ts';
import { flatSettings } from '../../../src-renderer/state/flat-settings.ts';
import { AUTO_SIDES, autoCandidates } from '#simclr/auto-recipe.ts';
import {
  settingsOfViews,
  usualViews,
  VIEW_SIDES,
  viewPresets,
  viewWarnings,
} from '../../../src-renderer/state/view-settings.ts';

const dials = dialGroups.flatMap((group) => group.dials);
/** Set elsewhere: how long by the times, views on the screen of pairs. */
const ELSEWHERE = /^(length|views|secondViews)/;

describe('settingName', () => {
  it('calls a setting as its dial does, and others by their path in words', () => {
    expect(settingName('batchSize')).toBe('Images in a batch');
    expect(settingName('views.crop.areaMin')).toBe('Views, crop, area min');
  });
});

describe('withDialNames', () => {
  it('calls the settings in a message as their dials are called, and leaves all else', () => {
    const message =
      'Loss is not finite at step 7 (training.diverged, 4.14). Lower optimizer.baseLearningRate. See a.png.';
    expect(withDialNames(message)).toBe(message.replace('optimizer.baseLearningRate', '“Base learning rate”'));
  });
});

describe('dials', () => {
  it('are there for every setting a run has', () => {
    const all = [...flatSettings(trainingConfigSchema.parse({})).keys()].filter((path) => !ELSEWHERE.test(path));
    expect(dials.map(({ path }) => path).toSorted()).toEqual(all.toSorted());
  });

  it('offer no choice that is refused, and every default among them', () => {
    const defaults = flatSettings(trainingConfigSchema.parse({}));
    for (const dial of dials) {
      if (dial.kind !== 'choice') continue;
      expect(dial.choices, dial.path).toContain(defaults.get(dial.path));
      const [group, name] = dial.path.split('.');
      for (const choice of dial.choices) {
        const value = name === undefined ? choice : { [name]: choice };
        // A batch in parts is what its statistics are a setting of.
        const input = group === 'chunk' ? { chunk: { images: 64, ...Object(value) } } : { side: 96, [group!]: value };
        expect(trainingConfigSchema.safeParse(input).success, `${dial.path} = ${choice}`).toBe(true);
      }
    }
  });

  it('say what goes wrong at both ends', () => {
    const width = dials.find(({ path }) => path === 'encoder.width')!;
    expect(dialHint(width)).toBe('Too low: coarser similarities. Too high: time grows with its square.');
  });
});

describe('settings', () => {
  it('are said in words where they are no number and no name', () => {
    expect([true, false, null, undefined, 0.5, 'lars'].map(settingText)).toEqual([
      'on',
      'off',
      'as usual',
      '—',
      '0.5',
      'lars',
    ]);
  });
});

describe('view presets', () => {
  it('are accepted by training at every side, without a warning but for what they leave out on purpose', () => {
    for (const preset of viewPresets) {
      for (const side of [32, 96, 224]) {
        const views = preset.views(side);
        expect(trainingConfigSchema.safeParse({ side, views }).success, preset.name).toBe(true);
        expect(viewWarnings(views, side), preset.name).toEqual([]);
      }
    }
  });

  it('travel to a run as settings, the second view only where it differs', () => {
    const views = usualViews(32);
    const alike = settingsOfViews({ side: 32, views, secondViews: null });
    expect(alike).toMatchObject({ side: 32, 'views.crop.areaMin': 0.08, 'views.blur.probability': 0 });
    expect(Object.keys(alike).some((path) => path.startsWith('secondViews'))).toBe(false);
    const other = settingsOfViews({ side: 32, views, secondViews: { ...views, flip: { probability: 0 } } });
    expect(other['secondViews.flip.probability']).toBe(0);
  });
});

it('the sides and views that the pairs begin with are those of the button’s preset', () => {
  expect(VIEW_SIDES).toEqual(AUTO_SIDES);
  const base = trainingConfigSchema.parse({});
  for (const { side, views } of autoCandidates(base, 224)) expect(usualViews(side)).toEqual(views);
});
