import type { Page } from '@playwright/test';
import { viewOfAll } from '../../../src-renderer/charts/point-cloud.ts';

/** As `MapScreen.svelte` leaves around all points. */
const MARGIN_PX = 32;

interface PlacedPoint {
  readonly fileId: number;
  /** In the window, while all of the map is in sight. */
  readonly x: number;
  readonly y: number;
}

/** Goes to the map and waits until it is drawn. @returns its points. */
export async function openMap(page: Page, go: () => Promise<void>): Promise<readonly PlacedPoint[]> {
  const sent = page.waitForResponse(/\/pictures\/maps\/[^/?]+$/, { timeout: 60_000 });
  await go();
  const bytes = new Uint8Array(await (await sent).body()).buffer;
  const count = new DataView(bytes).getUint32(0, true);
  const fileIds = new Uint32Array(bytes, 4, count);
  const positions = new Float32Array(bytes, 4 + 4 * count, 2 * count);
  const map = page.getByRole('application', { name: /^Map of [1-9]/ });
  const { x, y, width, height } = (await map.boundingBox())!;
  const { scale, dx, dy } = viewOfAll({ positions, groups: new Uint8Array(count) }, width, height, MARGIN_PX);
  return Array.from(fileIds, (fileId, i) => ({
    fileId,
    x: x + positions[2 * i]! * scale + dx,
    y: y + positions[2 * i + 1]! * scale + dy,
  }));
}
