import { describe, expect, it } from 'vitest';
import type { RunId } from '#base/ids.ts';
import { countWord, regionOf, searchExample, unseenAdvice } from '#hosts/cli/search-words.ts';

describe('searchExample', () => {
  it('takes numbers for images of the library and everything else for files', () => {
    expect(searchExample('#12')).toEqual({ kind: 'image', imageId: 12, region: null });
    expect(searchExample('7')).toEqual({ kind: 'image', imageId: 7, region: null });
    expect(searchExample('./package.json')).toMatchObject({ kind: 'file', path: `${process.cwd()}/package.json` });
    expect(() => searchExample('./12')).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('regionOf', () => {
  it('reads x, y, width and height', () => {
    expect(regionOf('1,2, 30.5,4')).toEqual({ x: 1, y: 2, width: 30.5, height: 4 });
  });

  it.each(['', '1,2,3', '1,2,3,4,5', '1,2,0,4', '-1,2,3,4', 'a,b,c,d', '1,,3,4', '1,2,Infinity,4'])(
    'refuses "%s"',
    (text) => expect(() => regionOf(text)).toThrow(expect.objectContaining({ code: 'usage.invalid' })),
  );
});

describe('unseenAdvice', () => {
  it('names the command that encodes images', () => {
    const encoder = { kind: 'run', runId: 'r1' as RunId, runName: 'night', checkpointStep: 1 } as const;
    expect(unseenAdvice(encoder)).toBe('Encode them with "embed r1".');
    expect(unseenAdvice({ kind: 'baseline' })).toBe('Import the folders again.');
  });
});

describe('countWord', () => {
  it('takes whole numbers from 1 and names the option otherwise', () => {
    expect(countWord('--top', '20')).toBe(20);
    for (const text of ['0', '-1', '1.5', 'ten', '']) expect(() => countWord('--top', text)).toThrow('--top takes');
  });
});
