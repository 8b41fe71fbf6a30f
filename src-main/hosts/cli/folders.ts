/** Where Kindred keeps things when nobody says otherwise: the platform's own folders. */
import envPaths from 'env-paths';
import { join, resolve } from 'node:path';

const platform = envPaths('kindred', { suffix: '' });

/** V8's code cache: per user, rebuildable. `NODE_COMPILE_CACHE` moves it. */
export function compileCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['NODE_COMPILE_CACHE'] ?? join(platform.cache, 'compile');
}

/** Absolute folder of the library: what `--library` says, else `KINDRED_LIBRARY`, else the platform's data folder. */
export function libraryFolder(option: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(option ?? (environment['KINDRED_LIBRARY'] || join(platform.data, 'library')));
}
