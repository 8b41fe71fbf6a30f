/** What was measured of configurations before, so that the next run of one starts without measuring. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KnownSpeed {
  readonly precision: 'float32' | 'bfloat16';
  readonly stepMs: number;
  /** To judge one image; null: none was judged. */
  readonly judgedImageMs: number | null;
}

/** A file for each configuration, whole or not there; one that can't be read counts as none. */
export class KnownSpeeds {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(key: string): KnownSpeed | null {
    try {
      const known: unknown = JSON.parse(readFileSync(this.#path(key), 'utf8'));
      return isKnownSpeed(known) ? known : null;
    } catch {
      return null;
    }
  }

  /** That it can't be written is no error: the next run measures again. */
  write(key: string, speed: KnownSpeed): void {
    const temporary = `${this.#path(key)}.${process.pid}.new`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(temporary, JSON.stringify(speed));
      renameSync(temporary, this.#path(key));
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json`);
  }
}

function isKnownSpeed(value: unknown): value is KnownSpeed {
  if (typeof value !== 'object' || value === null) return false;
  const { precision, stepMs, judgedImageMs } = value as Record<string, unknown>;
  const isPrecision = precision === 'float32' || precision === 'bfloat16';
  return isPrecision && typeof stepMs === 'number' && (judgedImageMs === null || typeof judgedImageMs === 'number');
}
