/** The augmentations as switches and dials, in a person's words, with what is known to hurt. */
import type { z } from 'zod';
import { flatSettings, type SettingValue } from './flat-settings.ts';
import type { viewSchema } from '../../src-main/contract/training-config.ts';

export type ViewRecipe = z.infer<typeof viewSchema>;

interface ViewDial {
  readonly name: string;
  /** The exact term and unit. */
  readonly exact: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly read: (views: ViewRecipe) => number;
  readonly write: (views: ViewRecipe, value: number) => ViewRecipe;
  readonly format: (value: number) => string;
}

interface ViewSwitch {
  readonly name: string;
  readonly meaning: string;
  readonly isOn: (views: ViewRecipe) => boolean;
  readonly turn: (views: ViewRecipe, isOn: boolean, side: number) => ViewRecipe;
  readonly dials: readonly ViewDial[];
}

type Operation = 'crop' | 'flip' | 'jitter' | 'grey' | 'blur';
const percent = (value: number): string => `${Math.round(value * 100)}%`;

/** Sides that the button's preset chooses from. */
export const VIEW_SIDES = [32, 64, 96, 128, 160, 224] as const;

/** The largest that the images fill: what the button's preset trains at when the time allows. */
export function sideFor(medianShortSidePx: number | null): number {
  return VIEW_SIDES.findLast((side) => side <= (medianShortSidePx ?? 0)) ?? VIEW_SIDES[0];
}

/** As the button's preset has them at a side: half-strength colour up to 64 px, full strength and blur above. */
export function usualViews(side: number): ViewRecipe {
  const strength = side <= 64 ? 0.5 : 1;
  return {
    crop: { probability: 1, areaMin: 0.08, areaMax: 1, aspectMin: 3 / 4, aspectMax: 4 / 3, sampling: 'torchvision' },
    flip: { probability: 0.5 },
    jitter: {
      probability: 0.8,
      brightness: 0.8 * strength,
      contrast: 0.8 * strength,
      saturation: 0.8 * strength,
      hue: 0.2 * strength,
    },
    grey: { probability: 0.2 },
    blur: { probability: side > 64 ? 0.5 : 0, sigmaMin: 0.1, sigmaMax: 2, scaleSigma: false },
  };
}

function turned(operation: Operation): ViewSwitch['turn'] {
  return (views, isOn, side) => {
    const usual = usualViews(side)[operation].probability || 0.5;
    return { ...views, [operation]: { ...views[operation], probability: isOn ? usual : 0 } };
  };
}

function probability(operation: Operation): ViewDial {
  return {
    name: 'How often',
    exact: 'probability',
    least: 0.05,
    most: 1,
    step: 0.05,
    read: (views) => views[operation].probability,
    write: (views, value) => ({ ...views, [operation]: { ...views[operation], probability: value } }),
    format: percent,
  };
}

function strength(
  name: string,
  exact: string,
  part: 'brightness' | 'contrast' | 'saturation' | 'hue',
  most: number,
): ViewDial {
  return {
    name,
    exact,
    least: 0,
    most,
    step: most / 40,
    read: (views) => views.jitter[part],
    write: (views, value) => ({ ...views, jitter: { ...views.jitter, [part]: value } }),
    format: (value) => `±${percent(value)}`,
  };
}

const isOn =
  (operation: Operation) =>
  (views: ViewRecipe): boolean =>
    views[operation].probability > 0;

export const switches: readonly ViewSwitch[] = [
  {
    name: 'Crop',
    meaning: 'A part of the image, resized: parts and wholes become alike. The one that matters most.',
    isOn: isOn('crop'),
    turn: turned('crop'),
    dials: [
      {
        name: 'Smallest part',
        exact: 'least area of the crop, as a share of the image',
        least: 0.02,
        most: 1,
        step: 0.02,
        read: (views) => views.crop.areaMin,
        write: (views, value) => ({ ...views, crop: { ...views.crop, areaMin: value } }),
        format: percent,
      },
    ],
  },
  {
    name: 'Mirror',
    meaning: 'Left and right become alike. Turn it off where handedness matters.',
    isOn: isOn('flip'),
    turn: turned('flip'),
    dials: [probability('flip')],
  },
  {
    name: 'Colour',
    meaning: 'Without it the encoder matches crops by their colours alone. Lower the hue where colour is the point.',
    isOn: isOn('jitter'),
    turn: turned('jitter'),
    dials: [
      probability('jitter'),
      strength('Brightness', 'factor from [max(0, 1 − x), 1 + x]', 'brightness', 1),
      strength('Contrast', 'factor from [max(0, 1 − x), 1 + x]', 'contrast', 1),
      strength('Saturation', 'factor from [max(0, 1 − x), 1 + x]', 'saturation', 1),
      strength('Hue', 'shift in turns of the colour circle', 'hue', 0.5),
    ],
  },
  {
    name: 'Grey',
    meaning: 'Now and then no colour at all, so that shape must do.',
    isOn: isOn('grey'),
    turn: turned('grey'),
    dials: [probability('grey')],
  },
  {
    name: 'Blur',
    meaning: 'Fine texture counts for less. For larger views.',
    isOn: isOn('blur'),
    turn: turned('blur'),
    dials: [
      probability('blur'),
      {
        name: 'Most',
        exact: 'largest σ of the Gaussian, in pixels of the view',
        least: 0.2,
        most: 5,
        step: 0.1,
        read: (views) => views.blur.sigmaMax,
        write: (views, value) => ({ ...views, blur: { ...views.blur, sigmaMax: value } }),
        format: (value) => `${value.toFixed(1)} px`,
      },
    ],
  },
];

export interface ViewPreset {
  readonly name: string;
  readonly meaning: string;
  readonly views: (side: number) => ViewRecipe;
}

const off = { probability: 0 };
const milder = (side: number): ViewRecipe => {
  const usual = usualViews(side);
  const jitter = { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
  return { ...usual, crop: { ...usual.crop, areaMin: 0.2 }, jitter, grey: { probability: 0.1 } };
};

export const viewPresets: readonly ViewPreset[] = [
  { name: 'As recommended', meaning: 'SimCLR’s own, by the side.', views: usualViews },
  { name: 'Gentle', meaning: 'Larger parts, milder colours: for small sets and fine differences.', views: milder },
  {
    name: 'Colour matters',
    meaning: 'Only brightness and contrast vary, so that hues stay told apart.',
    views: (side) => {
      const usual = usualViews(side);
      return { ...usual, jitter: { ...usual.jitter, saturation: 0, hue: 0 }, grey: off };
    },
  },
  {
    name: 'Left and right matter',
    meaning: 'Never mirrored: for text, charts, handed things.',
    views: (side) => ({ ...usualViews(side), flip: off }),
  },
  {
    name: 'Crop and colour only',
    meaning: 'The pair of changes that carries most of it (SimCLR, Figure 5).',
    views: (side) => {
      const usual = usualViews(side);
      return { ...usual, flip: off, grey: off, blur: { ...usual.blur, probability: 0 } };
    },
  },
];

/** Settings that are known to hurt, each with why. */
export function viewWarnings(views: ViewRecipe, side: number): string[] {
  const warnings: string[] = [];
  if (views.crop.probability === 0) {
    warnings.push('Without crops both views show the same thing; hardly anything is learned (SimCLR, Figure 5).');
  }
  if (views.jitter.probability === 0 && views.grey.probability === 0) {
    warnings.push('Without colour changes the encoder tells images apart by their colours alone (SimCLR, Figure 6).');
  }
  if (views.blur.probability > 0 && side <= 32) {
    warnings.push('Blur at 32 px leaves little to see; SimCLR trains without it at this size.');
  }
  if (views.crop.areaMin > 0.6) warnings.push('Crops this large make the two views nearly equal: too easy a task.');
  return warnings;
}

export interface ChosenViews {
  readonly side: number;
  readonly views: ViewRecipe;
  /** null: both views alike. */
  readonly secondViews: ViewRecipe | null;
}

/** The choice as settings of a run, by dotted path. */
export function settingsOfViews({ side, views, secondViews }: ChosenViews): Record<string, SettingValue> {
  const second = secondViews === null ? {} : { secondViews };
  return Object.fromEntries(flatSettings({ side, views, ...second }));
}
