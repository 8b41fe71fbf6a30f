/** The studio in a window of its own: Electron on this checkout, with its main process built when that is stale. */
import { runToEnd } from './launch.mjs';
import { projectEnvironment, root } from './setup/places.mjs';
import { say } from './setup/progress.mjs';
import { ensureShell } from './setup/window.mjs';

/** What can't open a window ends sooner than this; later it was in use. */
const OPENS_WITHIN_MS = 10_000;
/** Closed, or ended by somebody: hang-up, Ctrl-C, termination. */
const WELL_ENDED = new Set([0, 129, 130, 143]);

/**
 * @param electron the program.
 * @param words see `windowWords`.
 * @returns its exit code once it has ended; null, said why, when there could be no window.
 */
export async function openWindow(electron, words) {
  await ensureShell();
  const env = projectEnvironment();
  // Set in terminals of editors that are made of Electron; it would be a Node then.
  delete env.ELECTRON_RUN_AS_NODE;
  const begun = performance.now();
  const code = await runToEnd(electron, [root, ...words], { env, stdio: 'inherit' }).catch((error) => error.message);
  if (WELL_ENDED.has(code) || performance.now() - begun > OPENS_WITHIN_MS) return code;
  const how = typeof code === 'number' ? `it ended with code ${code}` : code;
  say(`Electron could not open a window (${how}); the browser is used instead.`);
  return null;
}
