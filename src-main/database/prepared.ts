import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { databaseError } from './database-errors.ts';

type Value = string | number | Buffer | null;
/** Values of a statement by name. */
export type Values = Readonly<Record<string, Value>>;

/** Statements of one connection, each prepared once. Row types are claims about the SQL beside them. */
export class Prepared {
  readonly #database: Database;
  readonly #statements = new Map<string, ReturnType<Database['prepare']>>();

  constructor(database: Database) {
    this.#database = database;
  }

  get<Row>(sql: string, values: Values = {}): Row | undefined {
    return this.#statement(sql).get(values) as Row | undefined;
  }

  all<Row>(sql: string, values: Values = {}): readonly Row[] {
    return this.#statement(sql).all(values) as Row[];
  }

  /** Rows as they are read. Nothing else may run on the connection meanwhile. */
  each<Row>(sql: string, values: Values = {}): IterableIterator<Row> {
    return this.#statement(sql).iterate(values) as IterableIterator<Row>;
  }

  /**
   * @returns rows changed, and the id of the newest row.
   * @throws KindredError `disk.full`, `library.readOnly`, `library.locked`, `library.damaged`.
   */
  run(sql: string, values: Values = {}): { readonly changes: number; readonly lastId: number } {
    try {
      const result = this.#statement(sql).run(values);
      return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
    } catch (error) {
      throw databaseError(error, dirname(this.#database.name));
    }
  }

  #statement(sql: string): ReturnType<Database['prepare']> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
