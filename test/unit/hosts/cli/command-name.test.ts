import { describe, expect, it } from 'vitest';
import { commandNameIn } from '#hosts/cli/command-line.ts';

describe('the name of the command', () => {
  it.each([
    [['train', 'moths'], 'train'],
    [['--library', 'lib', '--json', 'runs', 'list'], 'runs'],
    [['--no-open', '--port', '4000'], null],
    [['--port', '4000', 'studio'], 'studio'],
    [[], null],
  ])('in %j is %j', (words, name) => {
    expect(commandNameIn(words)).toBe(name);
  });
});
