import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { GraphCache } from '#tensorflow/compiled-step/graph-cache.ts';
import { loadableGraph } from '#tensorflow/compiled-step/loadable-graph.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallNetwork, smallNetworkState } from '#test/support/small-network-step.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

checkNativeTensorLeaks();

const graph = () => loadableGraph(compileGraph(smallNetworkState, smallNetwork()));

it('gives back the graph that was kept, fit to be loaded', () => {
  const cache = new GraphCache(join(temporaryFolder(), 'graphs'));
  expect(cache.read('a1')).toBeNull();
  const made = graph();
  cache.write('a1', made);
  const read = cache.read('a1');
  expect(read?.entryPoints).toEqual(made.entryPoints);
  expect(read?.summary).toBe(made.summary);
  expect(Buffer.from(read!.graphDef)).toEqual(Buffer.from(made.graphDef));
  new Session(read!).dispose();
});

it('takes a file that was cut short or changed for none, and nothing else lies in its folder', () => {
  const folder = temporaryFolder();
  const cache = new GraphCache(folder);
  cache.write('a1', graph());
  const path = join(folder, readdirSync(folder)[0]!);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 1));
  expect(cache.read('a1')).toBeNull();
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  expect(cache.read('a1')).toBeNull();
  expect(readdirSync(folder)).toEqual(['a1.graph']);
});

it('keeps 40 graphs, the last used ones', () => {
  const folder = temporaryFolder();
  const cache = new GraphCache(folder);
  const made = graph();
  for (let i = 0; i < 46; i++) cache.write(`a${i}`, made);
  expect(readdirSync(folder)).toHaveLength(40);
  expect(cache.read('a45')).not.toBeNull();
});
