/**
 * Nearest images of a few, as a picture: one row a query (first column), its neighbours by the run's encoder after it.
 * Found by the product's own `search`.
 *
 *   npx node test/bench/neighbours-picture.ts --library DIR --run RUN --out FILE.png [--rows 10] [--top 10]
 *
 * One query a label, the first image of each by path.
 */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';

const CLI = new URL('../../src-main/hosts/cli/main.ts', import.meta.url).pathname;
const CELL_PX = 64;
const GAP_PX = 4;
const run = promisify(execFile);
type Line = Readonly<Record<string, unknown>>;

const { values } = parseArgs({
  options: {
    library: { type: 'string' },
    run: { type: 'string' },
    dataset: { type: 'string' },
    out: { type: 'string' },
    rows: { type: 'string', default: '10' },
    top: { type: 'string', default: '10' },
  },
});
const { library, run: runWord, dataset, out } = values;
if (!library || !runWord || !dataset || !out) throw new Error('--library, --run, --dataset and --out');

async function ask(...words: string[]): Promise<Line[]> {
  const args = [CLI, ...words, '--json', '--library', library!];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 512 * 2 ** 20 });
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

const firstOfLabel = new Map<string, Line>();
for (const file of await ask('images', dataset)) {
  const label = file['label'];
  if (typeof label === 'string' && !firstOfLabel.has(label) && file['imageId'] !== null) firstOfLabel.set(label, file);
}
const rows: string[][] = [];
let right = 0;
let shown = 0;
for (const [label, query] of [...firstOfLabel].slice(0, Number(values.rows))) {
  const answer = await ask('search', `#${String(query['imageId'])}`, '--run', runWord, '--top', values.top);
  const found = answer.filter(({ event }) => event === 'search.matched');
  right += found.filter((match) => match['label'] === label).length;
  shown += found.length;
  rows.push([query, ...found].map((line) => String(line['path'])));
}
const columns = Math.max(...rows.map((row) => row.length));
const step = CELL_PX + GAP_PX;
const cells = await Promise.all(
  rows.flatMap((row, y) =>
    row.map(async (path, x) => ({
      input: await sharp(path).resize(CELL_PX, CELL_PX, { fit: 'cover', kernel: 'nearest' }).png().toBuffer(),
      left: x * step + (x > 0 ? 4 * GAP_PX : 0),
      top: y * step,
    })),
  ),
);
const size = { width: columns * step + 4 * GAP_PX, height: rows.length * step };
await sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
  .composite(cells)
  .png({ palette: true })
  .toFile(out);
process.stdout.write(`${right} of ${shown} neighbours share the query's label; picture in ${out}\n`);
