/**
 * A folder that electron-builder takes for Electron's own download (Linux): everything it looks for, and a binary that
 * holds nothing but the place where fuses are set.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** By which @electron/fuses finds that place: version 1, nine fuses, all "0" (off). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = 9;

/** Of the package that is installed. */
export const electronVersion: string = (
  JSON.parse(readFileSync(new URL('../../../node_modules/electron/package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  }
).version;

/** @param folder made by this. */
export function makeStandIn(folder: string): void {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  const files = { version: electronVersion, LICENSE: '', 'LICENSES.chromium.html': '', 'locales/en-US.pak': '' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const binary = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, FUSES]), Buffer.from('0'.repeat(FUSES))]);
  for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
    writeFileSync(join(folder, name), name === 'electron' ? binary : '');
    chmodSync(join(folder, name), 0o755);
  }
}
