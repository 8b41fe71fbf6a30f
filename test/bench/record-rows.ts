/** How many files a second the library can take in when looking into them costs nothing. `npx node test/bench/record-rows.ts [files]` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFolders } from '#application/import-folders.ts';
import type { FileScanner, ImageDecoder } from '#application/ports/images.ts';
import { systemClock } from '#base/clock.ts';
import { openLibraryForWriting } from '#database/open-library.ts';
import { imageFacts } from '#test/support/image-facts.ts';

const count = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'kindred-bench-'));
const scanner: FileScanner = {
  scan: async function* ([root]) {
    for (let start = 0; start < count; start += 256) {
      const files = Array.from({ length: Math.min(256, count - start) }, (_, i) => {
        const relativePath = `class${(start + i) % 10}/${start + i}.jpg`;
        return { path: `${root}/${relativePath}`, relativePath, sizeBytes: 1000, modifiedMs: 5 };
      });
      yield { files, problems: [] };
    }
  },
};
const decoder: ImageDecoder = {
  describe: async function* (paths) {
    for await (const path of paths) yield { path, facts: imageFacts(path) };
  },
  pixels: () => Promise.reject(new Error('No pixels here.')),
  close: () => Promise.resolve(),
};

try {
  const library = openLibraryForWriting(folder, 'bench', 0);
  const vectors = { append: () => {} };
  const ports = { stores: library.stores, scanner, decoder, vectors, clock: systemClock, thumbnailFolder: folder };
  for (const pass of ['new', 'unchanged']) {
    const request = { folders: ['/bench'], name: null };
    const before = process.cpuUsage();
    const { elapsedMs } = await importFolders(ports, request, () => {}, new AbortController().signal);
    const { user, system } = process.cpuUsage(before);
    const perCpuSecond = Math.round(count / ((user + system) / 1e6));
    const memoryMB = Math.round(process.memoryUsage.rss() / 2 ** 20);
    console.log(
      `${pass}: ${count} files in ${(elapsedMs / 1000).toFixed(2)} s, ${Math.round(count / (elapsedMs / 1000))} files/s, ${perCpuSecond} a second of processor time, ${memoryMB} MB`,
    );
  }
  library.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
