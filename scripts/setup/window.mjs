/** The studio's window, by Vite, for browsers and Electron; and Electron's own part, by electron-vite. */
import { join } from 'node:path';
import { ensureBuilt } from './built.mjs';
import { modules } from './places.mjs';

const contract = join('src-main', 'contract');

export function ensureWindow() {
  return ensureBuilt({
    name: 'window',
    sources: ['src-renderer', contract, 'vite.config.ts', 'svelte.config.js', 'package-lock.json'],
    results: [join('out', 'renderer', 'index.html')],
    words: [join(modules, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'],
  });
}

/** The main process and the preload script. */
export function ensureShell() {
  const hosts = join('src-main', 'hosts');
  const electronVite = join(modules, 'electron-vite', 'bin', 'electron-vite.js');
  return ensureBuilt({
    name: 'shell',
    sources: [
      join(hosts, 'electron'),
      join(hosts, 'desktop'),
      contract,
      'electron.vite.config.ts',
      'package-lock.json',
    ],
    results: [join('out', 'main', 'main.js'), join('out', 'preload', 'preload.cjs')],
    words: [electronVite, 'build', '--logLevel', 'warn', '--ignoreConfigWarning'],
  });
}
