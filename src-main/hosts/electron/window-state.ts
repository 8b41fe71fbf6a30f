import type { BrowserWindow, Rectangle } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'window.json';

/** Where the window was, or a size that suits a laptop. */
export function readWindowState(folder: string): Partial<Rectangle> {
  try {
    const { x, y, width, height } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Rectangle;
    if ([x, y, width, height].every(Number.isFinite) && width >= 1024 && height >= 640) return { x, y, width, height };
  } catch {
    // First start, or a file that can't be read: the default serves.
  }
  return { width: 1440, height: 900 };
}

export function writeWindowState(folder: string, window: BrowserWindow): void {
  try {
    writeFileSync(join(folder, FILE), JSON.stringify(window.getNormalBounds()));
  } catch {
    // A window that opens in another place next time is no reason to stop.
  }
}
