import { join } from 'node:path';
import { Listings } from './listings.ts';
import { openForReading } from './open-database.ts';
import { LIBRARY_DATABASE } from './open-library.ts';

/** Listings of a library that exists, over a read-only connection. @throws KindredError `library.…`. */
export function openListings(libraryFolder: string): { readonly listings: Listings; readonly close: () => void } {
  const { database, close } = openForReading(join(libraryFolder, LIBRARY_DATABASE));
  return { listings: new Listings(database), close };
}
