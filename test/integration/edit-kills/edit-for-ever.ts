/** Labels all files of the library in argv[2] anew and takes that back, in turn, until it is killed. Says what is done. */
import { Edits } from '#application/editing/edits.ts';
import { systemClock } from '#base/clock.ts';
import type { FileId } from '#base/ids.ts';
import { openLibraryForWriting } from '#database/open-library.ts';

const [folder, files, round] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a folder.');
const { stores } = openLibraryForWriting(folder, 'test', 0);
const edits = new Edits(stores, systemClock);
const all = Array.from({ length: Number(files) }, (_, i) => (i + 1) as FileId);
await edits.finish();
process.stdout.write('begun\n');
for (let act = 0; ; act++) {
  await edits.setLabel(all, `label ${round}.${act}`);
  await edits.setTags(all, [`tag ${round}.${act}`], []);
  if (act % 2 === 1) await edits.undo();
  if (act % 4 === 3) await edits.redo();
  process.stdout.write(`${act}\n`);
}
