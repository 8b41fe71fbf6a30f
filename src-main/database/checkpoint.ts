import Sqlite from 'better-sqlite3';

/**
 * Opens a connection of its own to a database that this process writes.
 *
 * @returns carries over what is in the write-ahead log and needed by no reader; what can't be waits for the next time.
 */
export function passCheckpoint(file: string): () => void {
  const database = new Sqlite(file, { fileMustExist: true });
  return () => {
    try {
      database.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // A full or failing disk is told by whoever writes next.
    }
  };
}
