/** What a drop or a paste holds: files with their paths below what was dropped. */
import type { UploadFile } from './upload.ts';

/** Must be called before the first await of the event's handler: the list is emptied after it. */
export function droppedFiles(items: DataTransferItemList): Promise<readonly UploadFile[]> {
  const taken = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return collect(taken);
}

async function collect(
  taken: readonly { readonly entry: FileSystemEntry | null; readonly file: File | null }[],
): Promise<readonly UploadFile[]> {
  const files: UploadFile[] = [];
  for (const { entry, file } of taken) {
    if (entry) await walk(entry, files);
    else if (file) files.push({ file, relativePath: file.name });
  }
  return files;
}

async function walk(entry: FileSystemEntry, files: UploadFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push({ file, relativePath: entry.fullPath.replace(/^\//, '') });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // At most a hundred at a time; an empty answer is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const child of part) await walk(child, files);
  }
}
