import { join } from 'node:path';

/** Absolute paths of all that a library's folder holds. Only `library.db` and `inbox/` can't be made again. */
export interface LibraryLayout {
  readonly folder: string;
  /** `<first two digits>/<contentHash>.webp`. */
  readonly thumbnails: string;
  readonly pixels: string;
  readonly vectors: string;
  /** One folder a run, named by its id. Beside it, compute processes keep `graphs/`: recorded steps and their speed. */
  readonly runs: string;
  /** Files a browser uploaded: those of a dataset are originals, never deleted by any command. */
  readonly inbox: string;
  /** Trainings that wait for the library. */
  readonly queue: string;
  /** Imports of the studio that have not ended: taken up by its next start. */
  readonly imports: string;
  /** What is asked over all files, kept for the next start; can be made again. */
  readonly columns: string;
  /** Laid-out maps; can be made again. */
  readonly maps: string;
}

/** @param folder absolute. */
export function libraryLayout(folder: string): LibraryLayout {
  return {
    folder,
    thumbnails: join(folder, 'thumbnails'),
    pixels: join(folder, 'pixels'),
    vectors: join(folder, 'vectors'),
    runs: join(folder, 'runs'),
    inbox: join(folder, 'inbox'),
    queue: join(folder, 'queue'),
    imports: join(folder, 'imports'),
    columns: join(folder, 'columns.bin'),
    maps: join(folder, 'maps'),
  };
}
