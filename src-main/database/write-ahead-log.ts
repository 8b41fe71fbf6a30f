import type { Database } from 'better-sqlite3';

/** Without a carrier, a log that has grown to this (100 MB) is carried over by the commit that made it so. */
export const LONGEST_LOG_PAGES = 25_000;
/** The same with a carrier (1 GB). */
const LONGEST_CARRIED_PAGES = 250_000;
/** A log of this many pages (49 MB) is carried over before more is written in turns. */
const LONG_PAGES = 12_000;

/** Carries over as much of the log as readers allow. */
export type CarryLog = () => Promise<void>;

/**
 * The write-ahead log of a database that this thread writes. A commit that finds it long carries it over into the
 * database and waits for the disk, which may hold up the thread for a second and more. While there is a carrier, another
 * thread, who writes much waits for that one instead: only when nothing is written meanwhile can it carry all over, and
 * only then the log begins anew.
 */
export class WriteAheadLog {
  /** False where there is a rollback journal instead. */
  readonly isKept: boolean;
  readonly #database: Database;
  #carry: CarryLog | null = null;
  /** How long it was when the carrier was asked last. */
  #askedPages = 0;

  constructor(database: Database) {
    this.#database = database;
    this.isKept = database.pragma('journal_mode', { simple: true }) === 'wal';
  }

  /** @param carry null: there is none any more. */
  carriedBy(carry: CarryLog | null): void {
    if (!this.isKept) return;
    this.#carry = carry;
    const pages = carry === null ? LONGEST_LOG_PAGES : LONGEST_CARRIED_PAGES;
    this.#database.pragma(`wal_autocheckpoint = ${pages}`);
  }

  /** Resolves at once, or when a log that has grown long was carried over as far as readers allow. */
  async untilShort(): Promise<void> {
    if (this.#carry === null) return;
    const pages = this.#pages();
    if (pages < this.#askedPages) this.#askedPages = 0;
    if (pages - this.#askedPages < LONG_PAGES) return;
    this.#askedPages = pages;
    await this.#carry();
  }

  #pages(): number {
    const [state] = this.#database.pragma('wal_checkpoint(NOOP)') as [{ readonly log: number }];
    return state.log;
  }
}
