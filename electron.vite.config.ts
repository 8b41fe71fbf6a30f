import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const input = (path: string) => ({ index: resolve(import.meta.dirname, path) });

export default defineConfig({
  main: {
    build: { outDir: 'out/main', rollupOptions: { input: { main: input('src-main/hosts/electron/main.ts').index } } },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script must be CommonJS.
      rollupOptions: {
        input: { preload: input('src-main/hosts/electron/preload.ts').index },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte()],
    build: { outDir: 'out/renderer', rollupOptions: { input: input('src-renderer/index.html') } },
  },
});
