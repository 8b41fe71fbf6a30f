/**
 * `npm start`: the command line; or, where the studio is to be opened and Electron's binary is there, the studio in a
 * window of its own. Without the binary, without a screen, or for a word that the window does not know, the command
 * line answers, and opens the browser.
 */
import { join } from 'node:path';
import { becomeProgram } from './launch.mjs';
import { openWindow } from './open-window.mjs';
import { electronProgram, hasScreen } from './setup/electron.mjs';
import { projectNode, root } from './setup/places.mjs';
import { ensureWindow } from './setup/window.mjs';
import { opensStudio, windowWords } from './start-words.mjs';

/** @param machine what there is to open a window with and on. */
export async function start(args, machine = { electron: electronProgram(), hasScreen: hasScreen() }) {
  if (opensStudio(args)) await ensureWindow();
  const { electron } = machine;
  const words = windowWords(args);
  if (electron !== null && words !== null && machine.hasScreen) {
    const code = await openWindow(electron, words);
    if (code !== null) return code;
  }
  return becomeProgram(projectNode(), [join(root, 'src-main', 'hosts', 'cli', 'main.ts'), ...args]);
}
