import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sample images that come with Kindred: nine folders of Noto emoji. */
export const sampleFolder = fileURLToPath(new URL('../../../resources/sample', import.meta.url));

/** Copies the first pictures of some of the sample's folders. @returns the folder, which has a sub-folder a label. */
export function smallSample(parent: string, labels: readonly string[], perLabel: number): string {
  const folder = join(parent, 'emoji');
  for (const label of labels) {
    mkdirSync(join(folder, label), { recursive: true });
    for (const name of picturesOf(label).slice(0, perLabel)) {
      cpSync(join(sampleFolder, label, name), join(folder, label, name));
    }
  }
  return folder;
}

/** File names of one of the sample's labels, sorted. */
export function picturesOf(label: string): readonly string[] {
  return readdirSync(join(sampleFolder, label)).sort();
}
