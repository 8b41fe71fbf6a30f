import { describe, expect, it } from 'vitest';
import { spreadSettings } from '#hosts/cli/spread-settings.ts';

const spread = (line: string): string => spreadSettings(line.split(' ')).join(' ');

describe('spreadSettings', () => {
  it('gives every setting an option of its own, and leaves what follows', () => {
    expect(spread('train --set a=1 b=2 moths --seed 3')).toBe('train --set a=1 --set b=2 moths --seed 3');
    expect(spread('train moths --set a=1 --set b=2 c=-3')).toBe('train moths --set a=1 --set b=2 --set c=-3');
    expect(spread('train moths=2 --name x=y')).toBe('train moths=2 --name x=y');
    expect(spread('train --set a moths')).toBe('train --set a moths');
  });
});
