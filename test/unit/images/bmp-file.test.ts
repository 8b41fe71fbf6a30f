import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBmp } from '#images/bmp-file.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

describe('writeBmp', () => {
  it('writes rows from the bottom up, blue first, padded to four bytes', async () => {
    const path = join(temporaryFolder(), 'a.bmp');
    await writeBmp(path, { widthPx: 1, heightPx: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    const bytes = readFileSync(path);
    expect(bytes.toString('latin1', 0, 2)).toBe('BM');
    expect([bytes.readUInt32LE(2), bytes.readUInt32LE(10), bytes.readInt32LE(18), bytes.readInt32LE(22)]).toEqual([
      62, 54, 1, 2,
    ]);
    expect([...bytes.subarray(54)]).toEqual([6, 5, 4, 0, 3, 2, 1, 0]);
  });
});
