/**
 * A library with a trained encoder, made once by the command line and copied for each test that starts from one: 96
 * sample pictures in three labels, ten steps of training, all embedded, and one file that cannot be read.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { smallSample } from './sample-folder.ts';

const entry = fileURLToPath(new URL('../../../src-main/hosts/cli/main.ts', import.meta.url));
const run = promisify(execFile);
export const TRAINED_FILES = 96;

/** @returns a folder with `library` and the pictures it knows; whoever calls deletes it. */
export async function makeTrainedLibrary(): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kindred-trained-')));
  const pictures = smallSample(folder, ['animals-nature', 'flags', 'food-drink'], 32);
  writeFileSync(join(pictures, 'flags', 'torn.png'), 'not a picture');
  const kindred = (...words: string[]) =>
    run(process.execPath, [entry, '--library', join(folder, 'library'), ...words]);
  await kindred('import', pictures, '--name', 'emoji');
  await kindred('train', 'emoji', '--preset', 'quick', '--steps', '10', '--set', 'batchSize=32', '--name', 'ten steps');
  await kindred('embed', 'last');
  return folder;
}

/** A copy that a test may change. The pictures stay where the original has them. */
export function copyLibrary(trainedFolder: string, to: string): void {
  cpSync(join(trainedFolder, 'library'), to, { recursive: true });
}
