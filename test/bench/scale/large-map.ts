/** A map of all images of a large library: positions as UMAP spreads them, which it would take hours to find. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { BASELINE_ENCODER_KEY } from '#application/ports/vectors.ts';
import { libraryLayout } from '#application/library-layout.ts';
import { RandomStream } from '#base/random.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { openToRead } from '#database/open-to-read.ts';
import { MapPlans } from '#hosts/engine/map-plans.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { UnitVectorStore } from '#vectors/unit-vectors.ts';
import { hashOf } from './library-rows.ts';
import { DATASET_ID, LABELS, type LibrarySize } from './library-size.ts';
import { type Measure, measureOf } from './measures.ts';
import { mapFrames } from './page-meters.ts';

const DIMENSIONS = 4;
const PIECE = 50_000;
const FRAMES = 240;

/** Puts all embeddings aside, so that the baseline answers, and gives that a vector of every image. Undo it after. */
export async function prepareLargeMap(library: string, { images }: LibrarySize): Promise<() => void> {
  const layout = libraryLayout(library);
  const hidden = join(library, 'embeddings-put-aside');
  renameSync(layout.vectors, hidden);
  const store = new EmbeddingStore(layout.vectors);
  for (let first = 1; first <= images; first += PIECE) {
    const count = Math.min(PIECE, images - first + 1);
    const vectors = Array.from({ length: count }, (_, i) => ({
      contentHash: hashOf(first + i).toString('hex'),
      vector: Float32Array.from({ length: DIMENSIONS }, (_unused, j) => 1 + ((first + i + j) % 7)),
    }));
    await store.append(BASELINE_ENCODER_KEY, vectors);
  }
  writeMap(library);
  return () => {
    rmSync(layout.vectors, { recursive: true, force: true });
    renameSync(hidden, layout.vectors);
  };
}

function writeMap(library: string): void {
  const layout = libraryLayout(library);
  const database = openToRead(library);
  const plans = new MapPlans(new LibraryIndex(database), new UnitVectorStore(layout.vectors));
  const { mapId, imageIds } = plans.task(BASELINE_ENCODER_KEY, DATASET_ID)!;
  const random = new RandomStream(4, 'map');
  const centres = Array.from({ length: LABELS }, () => [12 * random.normal(), 12 * random.normal()] as const);
  const positions = new Float32Array(2 * imageIds.length);
  imageIds.forEach((_, i) => {
    const [x, y] = centres[i % LABELS]!;
    positions[2 * i] = x + random.normal();
    positions[2 * i + 1] = y + random.normal();
  });
  mkdirSync(layout.maps, { recursive: true });
  writeFileSync(join(layout.maps, `${mapId}.bin`), plans.points(imageIds, DATASET_ID, positions));
  database.close();
}

/** @param address of an engine; the page is closed after. */
export async function mapScreen(page: Page, address: string): Promise<Measure[]> {
  await page.goto(address);
  const beganMs = performance.now();
  await page.goto(`${new URL(address).origin}/?screen=map`);
  await page.locator('canvas[aria-label^="Map of"]:not([aria-label^="Map of 0 "])').waitFor();
  const told = (await page.locator('canvas').getAttribute('aria-label')) ?? '';
  const points = Number(/^Map of ([\d,]+)/.exec(told)?.[1]?.replaceAll(',', ''));
  const opened = performance.now() - beganMs;
  const zooming = await page.evaluate(mapFrames, { deltaY: -20, count: FRAMES });
  const hovers: number[] = [];
  const area = (await page.locator('canvas').boundingBox())!;
  for (let i = 0; i < 20; i++) {
    const askedMs = performance.now();
    await page.mouse.move(area.x + area.width * (0.3 + 0.02 * i), area.y + area.height * 0.5);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    hovers.push(performance.now() - askedMs);
  }
  return [
    measureOf('map: points', [points], 'points'),
    measureOf('map: opened, drawn and coloured', [opened]),
    measureOf('map: frame while zooming', zooming),
    measureOf('map: pointer moved, to the next frame', hovers),
  ];
}
