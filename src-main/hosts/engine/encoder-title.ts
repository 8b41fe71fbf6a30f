import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import { keyOf } from '#application/search-images.ts';
import { isolated } from '#contract/isolated-name.ts';

/** Who answers a search or lays out a map, as a window names it. */
export interface EncoderTitle {
  readonly key: string;
  readonly title: string;
  readonly isBaseline: boolean;
}

export function encoderTitle(encoder: ChosenEncoder): EncoderTitle {
  const title =
    encoder.kind === 'baseline'
      ? 'colour and shape'
      : `${isolated(encoder.runName)}, step ${encoder.checkpointStep.toLocaleString('en')}`;
  return { key: keyOf(encoder), title, isBaseline: encoder.kind === 'baseline' };
}
