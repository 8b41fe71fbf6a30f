import { onTestFinished } from 'vitest';
import { openLibraryForWriting, type OpenLibrary } from '#database/open-library.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A library open for writing, closed and deleted when the test is over. */
export function openTestLibrary(folder: string = temporaryFolder()): OpenLibrary {
  const library = openLibraryForWriting(folder, 'test', 0);
  onTestFinished(() => library.close());
  return library;
}
