import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const wordsModule = new URL('../../../scripts/start-words.mjs', import.meta.url).href;
const { opensStudio, windowWords } = (await import(wordsModule)) as {
  readonly opensStudio: (words: readonly string[]) => boolean;
  readonly windowWords: (words: readonly string[]) => readonly string[] | null;
};

describe('opensStudio', () => {
  it.each([[[]], [['studio']], [['--library', 'train']], [['--port', '4000', '--no-open']]])('is true of %j', (words) =>
    expect(opensStudio(words)).toBe(true),
  );

  it.each([[['train', 'moths']], [['--library', 'x', 'runs']], [['--help']], [['studio', '-h']]])(
    'is false of %j',
    (words) => expect(opensStudio(words)).toBe(false),
  );
});

describe('windowWords', () => {
  it('are one word each, with the library’s whole path', () => {
    expect(windowWords([])).toEqual([]);
    expect(windowWords(['studio', '--library', 'my moths', '--port', '4000'])).toEqual([
      `--library=${resolve('my moths')}`,
      '--port=4000',
    ]);
    expect(windowWords(['--port=0', '--library=/a=b'])).toEqual(['--port=0', `--library=${resolve('/a=b')}`]);
  });

  it.each([
    [['--no-open']],
    [['--json']],
    [['--end-with-input']],
    [['--help']],
    [['train', 'moths']],
    [['studio', 'studio']],
    [['--port', '70000']],
    [['--port', '-1']],
    [['--port', '4e3']],
    [['--port']],
    [['--library']],
    [['--library=']],
    [['--colour', 'red']],
    [['/home/me/Pictures']],
  ])('are none for %j, which the command line answers', (words) => expect(windowWords(words)).toBeNull());
});
