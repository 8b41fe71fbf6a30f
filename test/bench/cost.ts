/**
 * How time grows with work: a training step with the views of its batch, embedding with the images, an exact search with
 * the rows. Each should be a straight line.
 *
 *   npm run bench -- cost --images FOLDER [--parts step,embed,search] [--write]
 *
 * FOLDER: 40,000 small images or more in folders, such as the training images of CIFAR-10; `embed` needs it. `--write`
 * keeps the numbers and the plot in results/cost.{json,md,svg}, beside those of parts measured before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { embedCost } from './cost/embed-cost.ts';
import { keepCosts } from './cost/report.ts';
import { searchCost } from './cost/search-cost.ts';
import type { Series } from './cost/series.ts';
import { stepCost } from './cost/step-cost.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    parts: { type: 'string', default: 'step,embed,search' },
    write: { type: 'boolean', default: false },
  },
});
const images = values.images === undefined ? null : resolve(values.images);
const parts = values.parts.split(',');
if (parts.includes('embed') && images === null) throw new Error('Name a folder of images: --images FOLDER.');

// Beside the images, because files are linked.
const scratch = mkdtempSync(join(images === null ? tmpdir() : dirname(images), 'kindred-cost-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const context = {
  python: null,
  isQuick: false,
  minutes: 0,
  cifar: null,
  photos: () => Promise.reject(new Error('No photos here.')),
  scratch,
  note,
};

const measured: Series[] = [];
if (parts.includes('step'))
  for (const precision of ['bfloat16', 'float32'] as const) measured.push(await stepCost(precision));
if (parts.includes('embed')) measured.push(await embedCost(context, images!));
if (parts.includes('search')) measured.push(await searchCost());
for (const { part, name, points, fit } of measured)
  console.log(part, name, JSON.stringify(points), JSON.stringify(fit));
if (values.write) await keepCosts(measured);
