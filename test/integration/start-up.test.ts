import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const SETTINGS = ['--batch', '16', '--steps', '2', '--set', 'precision=float32', '--json'];

async function train(library: string) {
  const { code, events, stderr } = await runCommand(library, 'train', 'sample', ...SETTINGS);
  if (code !== 0) throw new Error(stderr);
  return events.filter(({ event }) => event === 'run.progress').map(({ step, loss }) => [step, loss]);
}

it('starts a known configuration from its kept graph with the same losses, and records anew what was damaged', async () => {
  const library = temporaryFolder();
  await runCommand(library, 'import', SAMPLE, '--name', 'sample');
  const first = await train(library);
  const folder = join(library, 'graphs');
  const graphFile = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.graph'))!,
  );
  const kept = readFileSync(graphFile);
  expect(await train(library)).toEqual(first);
  expect(readFileSync(graphFile)).toEqual(kept);
  writeFileSync(graphFile, kept.subarray(0, 1000));
  expect(await train(library)).toEqual(first);
  expect(readFileSync(graphFile)).toEqual(kept);
  const runs = readdirSync(join(library, 'runs'));
  for (const run of runs) {
    const { stdout } = await runCommand(library, 'runs', 'show', run);
    const file = join(library, 'runs', run, 'graph.pb');
    expect(stdout).toMatch(/^Compiled step, .+: \d+ nodes, \d+ variables of [\d.]+ MB.*\n( +\d+ {2}\w+\n){20,}$/m);
    expect(stdout).toContain(file);
    expect(readFileSync(file).length).toBeGreaterThan(10_000);
  }
}, 600_000);
