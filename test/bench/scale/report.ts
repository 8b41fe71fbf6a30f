/** The numbers as a table for people and as JSON. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineText } from '../speed/machine.ts';
import type { LibrarySize } from './library-size.ts';
import type { Measure } from './measures.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');
const plain = (value: number): string => value.toLocaleString('en');

function keptBeside(size: LibrarySize, fresh: readonly Measure[]): Measure[] {
  const path = join(RESULTS, 'scale.json');
  if (!existsSync(path)) return [];
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { size: LibrarySize; measures: Measure[] };
  if (JSON.stringify(kept.size) !== JSON.stringify(size)) return [];
  return kept.measures.filter(({ what }) => !fresh.some((measure) => measure.what === what));
}

export function show({ what, unit, count, p50, p99 }: Measure): string {
  const values = count === 1 || p50 === p99 ? plain(p50) : `${plain(p50)}, p99 ${plain(p99)}`;
  return `${what}: ${values} ${unit}${count > 1 ? ` (${plain(count)})` : ''}`;
}

/** @param fresh take the place of those of the same name that were kept for a library of this size; the rest stays. */
export function writeReport(size: LibrarySize, fresh: readonly Measure[]): void {
  const measures = [...keptBeside(size, fresh), ...fresh];
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = machineText();
  const report = { machine, node: process.version, commit, size, measures };
  writeFileSync(join(RESULTS, 'scale.json'), `${JSON.stringify(report, null, 2)}\n`);
  const rows = measures.map(
    ({ what, unit, count, p50, p99 }) =>
      `| ${what} | ${plain(p50)} ${unit} | ${count > 1 ? `${plain(p99)} ${unit}` : ''} | ${plain(count)} |`,
  );
  const text = `# A very large library

${plain(size.files)} files of ${plain(size.images)} images with thumbnails, ${plain(size.embeddings)} of them with embeddings of 128 numbers; ${machine}; Node ${process.version}; commit ${commit}. Measured in a headless Chromium that draws with the processor alone, engine and page on the same machine, by

    npm run bench -- scale --library DIR --write

The map's points are not laid out by UMAP. Late is the event loop by how long a look at it every 5 ms came after its time.

| what | p50 | p99 | samples |
| --- | ---: | ---: | ---: |
${rows.join('\n')}
`;
  writeFileSync(join(RESULTS, 'scale.md'), text);
}
