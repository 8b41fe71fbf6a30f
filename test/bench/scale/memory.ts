/** Memory of the page's process and of the engine's, in MB. */
import type { Browser, Page } from '@playwright/test';
import { type MeasuredEngine, residentMbOf } from './measured-engine.ts';
import { type Measure, measureOf } from './measures.ts';

export async function tabMemory(screen: string, page: Page, browser: Browser): Promise<Measure[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMbOf(id));
  const heapBytes = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  return [
    measureOf(`${screen}: memory of the tab's process`, [Math.max(...pages)], 'MB'),
    measureOf(`${screen}: heap of the tab`, [heapBytes / 2 ** 20], 'MB'),
  ];
}

export function engineMemory(screen: string, engine: MeasuredEngine): Measure {
  return measureOf(`${screen}: memory of the engine`, [engine.residentMb()], 'MB');
}
