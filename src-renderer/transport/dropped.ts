/** What a drop or a paste holds. */
import { type Dropped, type DroppedEntry, readEntries } from './dropped-entries.ts';

/** Must be called before the first await of the event's handler: the list is emptied after it. */
export function droppedFiles(items: DataTransferItemList): Promise<Dropped> {
  const taken = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry() as DroppedEntry | null, file: item.getAsFile() }));
  return readEntries(taken);
}
