/**
 * Who may talk to the engine. Three secrets, each opening less than the one before it could leak:
 *
 *   launch code  in the printed address; worth one exchange, then only for a browser that already holds the cookie
 *   cookie       opens GETs of pictures and points alone, because cookies ignore ports: another local server sees it
 *   key          placed in the page by the exchange, kept by the page for its own origin; every RPC carries it
 *
 * Cookie and key live in `access/engine.json` (0600, in a 0700 folder) so that a page stays signed in when the engine
 * restarts, and so that the command line of the same user can call the engine.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { forgetLaunchFile } from './launch-files.ts';

/** Codes that may wait to be redeemed at once; older ones end. */
const MAX_OPEN_CODES = 16;

const secret = (): string => randomBytes(32).toString('base64url');

function isSame(given: string | null | undefined, expected: string): boolean {
  if (given === null || given === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

export class Access {
  readonly #key: string;
  readonly #cookie: string;
  readonly #openCodes: string[] = [];
  readonly #usedCodes = new Set<string>();
  readonly #onRedeemed: (code: string) => void;

  /** @param onRedeemed told of each code when it was exchanged. */
  constructor(key: string = secret(), cookie: string = secret(), onRedeemed: (code: string) => void = () => {}) {
    this.#key = key;
    this.#cookie = cookie;
    this.#onRedeemed = onRedeemed;
  }

  get key(): string {
    return this.#key;
  }

  get cookie(): string {
    return this.#cookie;
  }

  /** A fresh code for one printed address. */
  mintLaunchCode(): string {
    const code = secret();
    this.#openCodes.push(code);
    if (this.#openCodes.length > MAX_OPEN_CODES) this.#openCodes.shift();
    return code;
  }

  /** True once for each code, and again for a browser that shows the cookie it got for it. */
  redeem(code: string, cookie: string | null): boolean {
    const index = this.#openCodes.findIndex((open) => isSame(code, open));
    if (index >= 0) {
      this.#openCodes.splice(index, 1);
      this.#usedCodes.add(code);
      this.#onRedeemed(code);
      return true;
    }
    return this.#usedCodes.has(code) && this.opensPictures(cookie);
  }

  opensPictures(cookie: string | null): boolean {
    return isSame(cookie, this.#cookie);
  }

  opensCommands(key: string | null | undefined): boolean {
    return isSame(key, this.#key);
  }
}

/** The key that opens the engine of a library, for another process of the same user; null when there is none yet. */
export function keyOfLibrary(libraryFolder: string): string | null {
  return readStored(join(libraryFolder, 'access', 'engine.json'))?.key ?? null;
}

/** The access of the library in `libraryFolder`, made on first use. */
export function loadAccess(libraryFolder: string): Access {
  const folder = join(libraryFolder, 'access');
  const file = join(folder, 'engine.json');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const stored = readStored(file);
  const forget = (code: string): void => forgetLaunchFile(libraryFolder, code);
  if (stored) return new Access(stored.key, stored.cookie, forget);
  const access = new Access(secret(), secret(), forget);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify({ key: access.key, cookie: access.cookie }), { mode: 0o600 });
  renameSync(temporary, file);
  return access;
}

function readStored(file: string): { key: string; cookie: string } | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return null;
    const { key, cookie } = parsed as Record<string, unknown>;
    const isWhole = typeof key === 'string' && typeof cookie === 'string' && key.length >= 43 && cookie.length >= 43;
    return isWhole ? { key, cookie } : null;
  } catch {
    return null;
  }
}
