/**
 * The headline number of a run, judged on fixed images: kNN where there are labels, instance retrieval where not. Which
 * images, the run's plan says; how many of them, the probe, so that judging keeps to its share of the time.
 */
import type { JudgedImages, PlannedImage } from '#application/ports/runs.ts';
import { vectorTable, type VectorTable } from '#base/vector-table.ts';
import { classifyByNeighbours } from '#evaluation/knn.ts';
import { instanceRetrieval } from '#evaluation/retrieval.ts';
import type { HeadlineEvaluation, Judgement, StepRunner } from '#training/ports.ts';
import type { DataSource } from './data-source.ts';
import { deviceNeighbours } from './device-neighbours.ts';
import type { LookName } from './look-shapes.ts';
import { pinnedNeighbours, pinnedRows } from './pinned-images.ts';

const TEMPERATURE = 0.1;
/** Of a small bank 200 neighbours would be a good part of every class. */
const LARGE_BANK = 10_000;
const LARGE_K = 200;
const SMALL_K = 20;

/** How a run's judged images are looked at; null: there are none. */
export function judgedLook({ protocol }: JudgedImages): LookName | null {
  return protocol === 'none' ? null : protocol === 'knn' ? 'central' : 'views';
}

/** @returns the judged images in the order the data thread is to know them: bank first, then queries. */
export function judgedHashes(judged: JudgedImages): readonly string[] {
  if (judged.protocol === 'none') return [];
  const images = judged.protocol === 'knn' ? [...judged.bank, ...judged.queries] : judged.images;
  return images.map(({ contentHash }) => contentHash);
}

/**
 * h or z of judged images, a part of the list at a time, the next one drawn meanwhile.
 *
 * @param rows indices into the list that the data thread knows.
 * @yields row-major float32 [images of the part, D]; for `views` [2 · images, D].
 */
export async function* embedJudged(
  source: DataSource,
  embed: StepRunner['embed'],
  rows: readonly number[],
  look: LookName,
  output: 'h' | 'z',
): AsyncGenerator<VectorTable> {
  const { images } = source.looks[look];
  const partAt = (first: number) => source.judged(rows.slice(first, first + images), look);
  let next = rows.length > 0 ? partAt(0) : null;
  for (let first = 0; next !== null; first += images) {
    const inputs = await next;
    next = first + images < rows.length ? partAt(first + images) : null;
    const values = await embed(look, inputs, output);
    yield withoutFilling(values, Math.min(images, rows.length - first), images, look);
  }
}

export async function collected(parts: AsyncIterable<VectorTable>): Promise<readonly VectorTable[]> {
  const tables: VectorTable[] = [];
  for await (const part of parts) tables.push(part);
  return tables;
}

/** @param count images of the part. @param images that the graph takes. */
function withoutFilling(values: Float32Array, count: number, images: number, look: LookName): VectorTable {
  const halves = look === 'central' ? 1 : 2;
  const dimensions = values.length / (halves * images);
  if (count === images) return vectorTable(values, dimensions);
  const kept = new Float32Array(halves * count * dimensions);
  for (let half = 0; half < halves; half++) {
    const from = half * images * dimensions;
    kept.set(values.subarray(from, from + count * dimensions), half * count * dimensions);
  }
  return vectorTable(kept, dimensions);
}

/**
 * @param most images to judge, bank and queries together; the lists are in random order, so their beginnings will do.
 * @returns null when the plan has none to judge.
 */
export function headlineEvaluation(judged: JudgedImages, most: number, source: DataSource): HeadlineEvaluation | null {
  if (judged.protocol === 'knn') return { judge: (embed) => judgeByNeighbours(judged, most, source, embed) };
  if (judged.protocol === 'retrieval') {
    const rows = range(0, Math.max(2, Math.min(judged.images.length, most >> 1)));
    return { judge: (embed) => judgeByRetrieval(judged.images, rows, source, embed) };
  }
  return null;
}

async function judgeByNeighbours(
  judged: Extract<JudgedImages, { protocol: 'knn' }>,
  most: number,
  source: DataSource,
  embed: StepRunner['embed'],
): Promise<Judgement> {
  const share = Math.min(1, most / (judged.bank.length + judged.queries.length));
  const bank = judged.bank.slice(0, Math.max(1, Math.floor(judged.bank.length * share)));
  const queries = judged.queries.slice(0, Math.max(1, Math.floor(judged.queries.length * share)));
  const rows = [...range(0, bank.length), ...range(judged.bank.length, queries.length)];
  const classes = [...new Set([...bank, ...queries].map(({ label }) => label))];
  const classOf = new Map(classes.map((label, index) => [label, index]));
  const labelsOf = (images: typeof bank): Int32Array => Int32Array.from(images, ({ label }) => classOf.get(label)!);
  const vectors = joined(await collected(embedJudged(source, embed, rows, 'central', 'h')));
  const split = bank.length * vectors.dimensions;
  const known = { vectors: vectorTable(vectors.values.subarray(0, split), vectors.dimensions), labels: labelsOf(bank) };
  const asked = vectorTable(vectors.values.subarray(split), vectors.dimensions);
  const k = bank.length >= LARGE_BANK ? LARGE_K : SMALL_K;
  const [result] = await classifyByNeighbours(known, asked, classes.length, [k], TEMPERATURE, deviceNeighbours);
  const truth = labelsOf(queries);
  const right = truth.reduce((count, label, i) => count + (result!.predictions[i] === label ? 1 : 0), 0);
  const pins = pinnedRows(queries);
  const pinned = await pinnedNeighbours(
    { vectors: known.vectors, images: bank },
    { vectors: asked, images: queries, rows: pins },
    pins.map(() => -1),
    deviceNeighbours,
  );
  const top1 = right / truth.length;
  return { protocol: 'knn', top1, chance: 1 / classes.length, k: result!.k, n: truth.length, pinned };
}

async function judgeByRetrieval(
  images: readonly PlannedImage[],
  rows: readonly number[],
  source: DataSource,
  embed: StepRunner['embed'],
): Promise<Judgement> {
  const batches = await collected(embedJudged(source, embed, rows, 'views', 'h'));
  const half = (second: boolean): VectorTable =>
    joined(
      batches.map(({ values, dimensions }) => {
        const middle = values.length / 2;
        return vectorTable(second ? values.subarray(middle) : values.subarray(0, middle), dimensions);
      }),
    );
  const [first, second] = [half(false), half(true)];
  const { top1, chance, n } = await instanceRetrieval(first, second, deviceNeighbours);
  const looked = { vectors: first, images };
  const pins = pinnedRows(images.slice(0, rows.length));
  const pinned = await pinnedNeighbours(looked, { ...looked, rows: pins }, pins, deviceNeighbours);
  return { protocol: 'retrieval', top1, chance, k: null, n, pinned };
}

function joined(tables: readonly VectorTable[]): VectorTable {
  const dimensions = tables[0]!.dimensions;
  const values = new Float32Array(tables.reduce((total, table) => total + table.values.length, 0));
  let at = 0;
  for (const table of tables) {
    values.set(table.values, at);
    at += table.values.length;
  }
  return vectorTable(values, dimensions);
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
