import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { brokenArrows } from './arrows.ts';
import { importsIn, readSources, type SourceFile } from './import-graph.ts';
import { forbiddenNatives } from './native-reach.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = readSources(root, ['src-main', 'src-renderer']);

/** Sources that exist in memory only: path → text. */
function planted(files: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text, imports: importsIn(path, text) }));
}

describe('the arrows', () => {
  it('hold in every source file', () => {
    expect(sources.length).toBeGreaterThan(10);
    expect(brokenArrows(sources)).toEqual([]);
  });

  it.each([
    ['src-main/base/a.ts', `import { b } from '#simclr/b.ts';`, 'base/ imports nothing of ours'],
    ['src-main/contract/a.ts', `import type { B } from '#base/b.ts';`, 'contract/ imports nothing of ours'],
    ['src-main/simclr/deep/a.ts', `export { b } from '../../images/b.ts';`, 'simclr/ may import base alone'],
    ['src-main/simclr/a.ts', `import { join } from 'node:path';`, 'does not touch Node'],
    ['src-main/curation/a.ts', `import sharp from 'sharp';`, 'does not use sharp'],
    [
      'src-main/training/a.ts',
      `const b = await import('#database/b.ts');`,
      'Declare what the loop needs in training/ports.ts',
    ],
    ['src-main/application/a.ts', `import { b } from '#vectors/b.ts';`, 'Declare a port in application/ports/'],
    ['src-main/images/a.ts', `import { b } from '#database/b.ts';`, 'wired in a host'],
    ['src-main/vectors/a.ts', `import { b } from '#hosts/cli/b.ts';`, 'wired in a host'],
    ['src-main/helpers/a.ts', `import { b } from '#base/b.ts';`, 'not part of the layout'],
    [
      'src-renderer/A.svelte',
      `<script lang="ts">import { b } from '../src-main/base/b.ts';</script>`,
      'contract alone',
    ],
  ])('a planted import in %s is named with what to do instead', (path, text, said) => {
    const problems = brokenArrows(planted({ [path]: text }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(said);
    expect(problems[0]).toContain(path);
  });

  it('let each folder import what it may', () => {
    const allowed = planted({
      'src-main/simclr/a.ts': `import { b } from '#base/b.ts'; import { add } from '@tensorflow/tfjs-core';`,
      'src-main/application/a.ts': `import { b } from '#contract/b.ts'; import type { P } from './ports/images.ts';`,
      'src-main/images/a.ts': `import type { P } from '#application/ports/images.ts'; import { open } from 'node:fs';`,
      'src-main/hosts/cli/main.ts': `import { b } from '#database/b.ts';`,
      'src-renderer/a.ts': `import { b } from '../src-main/contract/b.ts'; import { mount } from 'svelte';`,
    });
    expect(brokenArrows(allowed)).toEqual([]);
  });
});

describe('native packages', () => {
  it('are reached by their own hosts alone', () => {
    expect(forbiddenNatives(sources)).toEqual([]);
  });

  it('are found at the end of a chain, and the chain is told', () => {
    const problems = forbiddenNatives(
      planted({
        'src-main/hosts/engine/main.ts': `import { a } from '#application/a.ts';`,
        'src-main/application/a.ts': `export { b } from './b.ts';`,
        'src-main/application/b.ts': `const sharp = await import('sharp');`,
      }),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      'src-main/hosts/engine/main.ts → src-main/application/a.ts → src-main/application/b.ts',
    );
    expect(problems[0]).toContain('ImageDecoder');
  });

  it('are found in a worker thread, but not behind the entry of another process', () => {
    const worker = `import * as tf from '@tensorflow/tfjs-node';`;
    const thread = planted({
      'src-main/hosts/engine/main.ts': `new Worker(new URL('./worker.ts', import.meta.url));`,
      'src-main/hosts/engine/worker.ts': worker,
    });
    expect(forbiddenNatives(thread)).not.toEqual([]);
    const process = planted({
      'src-main/hosts/engine/start-compute.ts': `fork(new URL('../compute/main.ts', import.meta.url));`,
      'src-main/hosts/compute/main.ts': worker,
    });
    expect(forbiddenNatives(process)).toEqual([]);
  });

  it('do not count where only a type is imported', () => {
    const files = planted({
      'src-main/hosts/engine/main.ts': `import type { Sharp } from 'sharp';\nimport { type A, importB } from './b.ts';`,
      'src-main/hosts/engine/b.ts': `import type tf from '@tensorflow/tfjs-node';`,
    });
    expect(forbiddenNatives(files)).toEqual([]);
  });

  it.each([
    ['electron', 'cli'],
    ['better-sqlite3', 'decoder'],
    ['@tensorflow/tfjs-node-gpu', 'cli'],
    ['sharp', 'compute'],
  ])('%s is refused in hosts/%s', (name, host) => {
    const files = planted({ [`src-main/hosts/${host}/main.ts`]: `import x from '${name}';` });
    expect(forbiddenNatives(files)).toHaveLength(1);
  });
});

describe('reading sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-arrows-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds a bad import planted in a tree on disk', () => {
    const path = join(folder, 'src-main', 'evaluation', 'nested', 'bad.ts');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { readFileSync } from 'node:fs';\nimport { b } from '#tensorflow/b.ts';\n`);
    const problems = brokenArrows(readSources(folder, ['src-main', 'src-renderer']));
    expect(problems).toHaveLength(2);
    expect(problems.every((problem) => problem.startsWith('src-main/evaluation/nested/bad.ts'))).toBe(true);
  });
});
