/** `npm run screenshots [-- --images DIR]`: pictures of every screen, in both themes, into resources/screenshots. */
import { join } from 'node:path';
import { runToEnd } from './launch.mjs';
import { findBrowser } from './setup/browser.mjs';
import { projectEnvironment, projectNode, root } from './setup/places.mjs';
import { ensureWindow } from './setup/window.mjs';

export async function takePictures(args) {
  const browser = await findBrowser();
  if (browser === null) return 1;
  await ensureWindow();
  const env = { ...projectEnvironment(), KINDRED_CHROMIUM: browser };
  const program = join(root, 'test', 'studio', 'pictures', 'take-pictures.ts');
  return runToEnd(projectNode(), [program, ...args], { env, cwd: root, stdio: 'inherit' });
}
