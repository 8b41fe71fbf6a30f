import { describe, expect, it } from 'vitest';
import { slowSearchWords } from '../../../src-renderer/state/search-words.ts';

const region = { x: 0, y: 0, width: 8, height: 8 };

describe('what is said while a search takes long', () => {
  it('claims nothing of whole images of the library', () => {
    expect(slowSearchWords([{ imageId: 1 }, { imageId: 2 }])).toBe('Searching …');
  });

  it('names what has no vector yet', () => {
    expect(slowSearchWords([{ uploadId: 'a' }, { imageId: 1 }])).toBe(
      'Searching … A picture from outside is looked at first.',
    );
    expect(slowSearchWords([{ imageId: 1, region }])).toBe('Searching … A part of a picture is looked at first.');
    expect(slowSearchWords([{ uploadId: 'a' }, { uploadId: 'b' }])).toBe(
      'Searching … 2 pictures from outside are looked at first.',
    );
    expect(slowSearchWords([{ uploadId: 'a', region }, { imageId: 1, region }, { uploadId: 'b' }])).toBe(
      'Searching … A picture from outside and 2 parts of pictures are looked at first.',
    );
  });
});
