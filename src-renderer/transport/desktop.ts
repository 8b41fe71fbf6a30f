import type { Desktop } from '../../src-main/contract/studio/desktop.ts';

/** What the desktop window adds to a browser's page; undefined in a browser. */
export const desktop = (globalThis as { kindredDesktop?: Desktop }).kindredDesktop;
