/** Electron's binary, which is a download of its own (`npx install-electron`): used where it is, never fetched. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modules } from './places.mjs';

/** As the package `electron` finds it. @returns null where there is none. */
export function electronProgram(env = process.env, folder = join(modules, 'electron')) {
  const named = join(folder, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : null;
  const own = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!own && name === null) return null;
  const program = own ? join(own, name ?? 'electron') : join(folder, 'dist', name);
  return existsSync(program) ? program : null;
}

/** Whether a window can be shown here: not from afar, and not for root, for whom Chromium has no sandbox. */
export function hasScreen(env = process.env, platform = process.platform, userId = process.getuid?.()) {
  if (platform !== 'linux') return !env.SSH_CONNECTION;
  return userId !== 0 && Boolean(env.WAYLAND_DISPLAY || env.DISPLAY);
}
