/**
 * How fast Kindred is beside PyTorch and Lightly on this machine, row by row.
 *
 *   npm run bench                                    all rows
 *   npm run bench -- NAME …                          rows or families by name; an unknown name lists them
 *     --peers PYTHON     a Python with test/bench/peers/requirements.txt; without it ours alone is measured, and kept only
 *                        in rows that have no peer
 *     --cifar DIR        CIFAR-10 as folders (train/CLASS/*, test/CLASS/*), for the rows that need it
 *     --photos DIR       where the 5,000 photos lie or are to be made (else they are made anew, for 10 minutes)
 *     --minutes N        how long each side learns in `knn-in-time` (else 20)
 *     --quick            short turns, to see that a row works; keeps no results
 *
 * Results go to test/bench/results/speed.json and speed.md; each row replaces its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePhotos } from './make-photos.ts';
import { machineText, versionsText } from './speed/machine.ts';
import { keepResults, rowText, type WrittenRow } from './speed/report.ts';
import { isOwnTarget, type BenchContext, type Row } from './speed/row.ts';
import { embeddingRows } from './speed/rows/embedding.ts';
import { endToEndRows } from './speed/rows/end-to-end.ts';
import { knnInTimeRows } from './speed/rows/knn-in-time.ts';
import { largeBatchRows } from './speed/rows/large-batches.ts';
import { largestBatchRows } from './speed/rows/largest-batch.ts';
import { memoryRows } from './speed/rows/memory.ts';
import { startUpRows } from './speed/rows/start-up.ts';
import { stepRows, viewRows } from './speed/rows/steps.ts';
import { runRow } from './speed/run-row.ts';

const PHOTOS = { count: 5000, widthPx: 1600, heightPx: 1200, quality: 96 };

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string' },
    cifar: { type: 'string' },
    photos: { type: 'string' },
    minutes: { type: 'string', default: '20' },
    quick: { type: 'boolean', default: false },
  },
});

const note = (text: string): void => void process.stderr.write(`${text}\n`);

function contextIn(scratch: string): BenchContext {
  const photoFolder = options.photos ?? join(scratch, 'photos');
  let made: Promise<string> | null = null;
  const photos = (): Promise<string> => {
    made ??= makePhotos(photoFolder, PHOTOS).then(() => photoFolder);
    return made;
  };
  return {
    python: options.peers ?? null,
    isQuick: options.quick,
    minutes: Number(options.minutes),
    cifar: options.cifar ?? null,
    photos,
    scratch,
    note,
  };
}

function rowsOf(context: BenchContext): readonly Row[] {
  const families = [stepRows, viewRows, endToEndRows, embeddingRows, knnInTimeRows, largeBatchRows, largestBatchRows];
  return [...families, memoryRows, startUpRows].flatMap((rows) => rows(context));
}

function chosen(rows: readonly Row[]): readonly Row[] {
  if (names.length === 0) return rows;
  const found = rows.filter(({ name, family }) => names.includes(name) || names.includes(family));
  const unknown = names.filter((wanted) => !rows.some(({ name, family }) => name === wanted || family === wanted));
  if (unknown.length === 0) return found;
  const list = rows.map(({ name, family }) => `  ${family.padEnd(16)} ${name}`).join('\n');
  note(`There is no row "${unknown.join('", "')}". Families and rows:\n${list}`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'kindred-speed-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const context = contextIn(scratch);
const rows = rowsOf(context);
const [machine, versions] = [machineText(), await versionsText(context.python)];
for (const row of chosen(rows)) {
  note(row.title);
  const { name, family, title, unit, target } = row;
  const result = await runRow(row, note);
  const measuredAt = new Date().toISOString();
  const written: WrittenRow = { name, family, title, unit, target, measuredAt, machine, versions, ...result };
  console.log(rowText(written));
  if (!context.isQuick && (context.python !== null || isOwnTarget(target)))
    await keepResults(
      [written],
      rows.map((each) => each.name),
    );
}
