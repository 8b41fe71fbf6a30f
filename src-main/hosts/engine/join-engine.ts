/** A second start on a library joins the engine that holds it: it gets an address of its own to open. */
import { isKindredError } from '#base/errors.ts';
import { keyOfLibrary } from './access.ts';
import { KEY_HEADER } from './server.ts';

const PATIENCE_MS = 5000;

/**
 * @param error what kept this process from taking the library.
 * @returns an address with a fresh launch code; null where no engine of this user holds it.
 */
export async function joinEngine(libraryFolder: string, error: unknown): Promise<string | null> {
  const port = portOfHolder(error);
  const key = keyOfLibrary(libraryFolder);
  if (port === null || key === null) return null;
  try {
    const request = { method: 'POST', headers: { [KEY_HEADER]: key }, signal: AbortSignal.timeout(PATIENCE_MS) };
    const response = await fetch(`http://127.0.0.1:${port}/launch`, request);
    return response.ok ? ((await response.json()) as { address: string }).address : null;
  } catch {
    return null;
  }
}

function portOfHolder(error: unknown): number | null {
  if (!isKindredError(error) || error.code !== 'library.locked') return null;
  const holder = error.data['holder'];
  const port = typeof holder === 'object' && holder !== null ? Reflect.get(holder, 'port') : null;
  return typeof port === 'number' ? port : null;
}
