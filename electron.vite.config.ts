/**
 * Electron's part of the build: its main process, and the preload script. The window is built by vite.config.ts, once for
 * Electron and the browser; the engine runs as it is.
 */
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const source = (name: string): string => resolve(import.meta.dirname, 'src-main/hosts/electron', name);
/** Nothing is left to be found in node_modules at run time: the package of the shell holds none. */
const externalizeDeps = false;

export default defineConfig({
  main: { build: { externalizeDeps, rollupOptions: { input: { main: source('main.ts') } } } },
  preload: {
    build: {
      externalizeDeps,
      // A sandboxed preload script must be CommonJS.
      rollupOptions: {
        input: { preload: source('preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
});
