import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { NPY_HEADER_BYTES, parseNpyHeader } from '#vectors/npy.ts';

const script = fileURLToPath(new URL('./append-for-ever.ts', import.meta.url));

/** Runs the appender and kills it (−9) some time after its first append. Resolves to the rows it said were stored. */
function appendUntilKilled(folder: string, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      said += text.toString();
    });
    child.on('error', reject);
    child.on('exit', () => resolve(Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1))));
  });
}

describe('a process killed while it appends embeddings', () => {
  it('leaves every row it reported, in whole batches, in files that NumPy opens; and the next goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kindred-kills-'));
    try {
      const delays = new RandomStream(11, 'kills');
      let before = 0;
      for (let kill = 0; kill < 8; kill++) {
        const reported = await appendUntilKilled(folder, delays.uniformIn(0, 40));
        const found = new EmbeddingStore(folder).read('killed-1')!;
        expect(reported).toBeGreaterThan(before);
        // What it reported is there; at most the batch it was about to report beside it.
        expect([reported, reported + 37]).toContain(found.hashes.length);
        found.hashes.forEach((hash, i) => expect(Number.parseInt(hash, 16)).toBe(i));
        expect(found.vectors.values.every((value, i) => value === Math.floor(i / 300))).toBe(true);
        for (const [name, rowBytes] of [
          ['vectors.npy', 1200],
          ['hashes.npy', 64],
        ] as const) {
          const bytes = readFileSync(join(folder, 'killed-1', name));
          const claimed = parseNpyHeader(bytes)!.shape[0]!;
          expect(claimed).toBeGreaterThanOrEqual(found.hashes.length);
          expect(bytes.length).toBeGreaterThanOrEqual(NPY_HEADER_BYTES + claimed * rowBytes);
        }
        before = found.hashes.length;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
