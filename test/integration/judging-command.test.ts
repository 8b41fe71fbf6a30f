/** From a trained run to numbers, at the terminal: embed, search, evaluate. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluationFinishedSchema } from '#contract/evaluation-events.ts';
import { runCommand, type CommandResult } from '#test/support/command-line.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const labels = readdirSync(SAMPLE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .slice(0, 2) as [string, string];

/** Copies `count` pictures of a label from the `first` on. */
function copy(to: string, label: string, first: number, count: number): void {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(join(SAMPLE, label)).slice(first, first + count);
  for (const name of names) cpSync(join(SAMPLE, label, name), join(to, name));
}

let world: { readonly root: string; readonly library: string };

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'kindred-test-'));
  world = { root, library: join(root, 'library') };
  for (const label of labels) {
    copy(join(root, 'split', 'train', label), label, 0, 20);
    copy(join(root, 'split', 'test', label), label, 20, 8);
    copy(join(root, 'labelled', label), label, 28, 20);
    copy(join(root, 'flat'), label, 48, 12);
  }
  await command('import', join(root, 'labelled'));
  await command('import', join(root, 'flat'));
  const words = ['--batch', '8', '--steps', '3', '--set', 'precision=float32', 'compiled=false', '--name', 'short'];
  const trained = await command('train', join(root, 'split'), ...words);
  expect(trained.code, trained.stderr).toBe(0);
  return () => rmSync(root, { recursive: true, force: true });
}, LIMIT_MS);

function command(...words: string[]): Promise<CommandResult> {
  return runCommand(world.library, ...words, '--json');
}

/** The last line of an evaluation, whole. */
async function evaluated(...words: string[]) {
  const { code, events, stderr } = await command('evaluate', 'short', ...words);
  expect(code, stderr).toBe(0);
  return evaluationFinishedSchema.parse(events.at(-1));
}

describe('evaluate at the terminal', () => {
  it(
    'judges by the test split, and by neighbours as many as asked for',
    async () => {
      const byAll = await evaluated();
      expect(byAll).toMatchObject({
        protocol: 'knn',
        split: 'test',
        n: 16,
        trained: 40,
        k: 40,
        pretrainedOnTest: false,
      });
      const by3 = await evaluated('--protocol', 'knn', '--k', '3', '--projection');
      expect(by3).toMatchObject({ k: 3, output: 'z', n: 16 });
      const linear = await evaluated('--protocol', 'linear');
      expect(linear).toMatchObject({ protocol: 'linear', n: 16, k: null, classes: labels.toSorted() });
    },
    LIMIT_MS,
  );

  it(
    'holds out a fifth of each class where there are no splits, and says so',
    async () => {
      const own = await evaluated('--train', 'labelled', '--seed', '4');
      expect(own).toMatchObject({ split: 'held-out-fifth', n: 8, trained: 32, seed: 4, testDataset: 'labelled' });
      expect(own.notes.join(' ')).toMatch(/no test split: a fifth of each class, chosen by seed 4/);
      const across = await evaluated('--train', 'split', '--test', 'labelled');
      expect(across).toMatchObject({ trainDataset: 'split', testDataset: 'labelled', split: 'dataset', n: 40 });
    },
    LIMIT_MS,
  );

  it(
    'judges by retrieval where there are no labels',
    async () => {
      const flat = await evaluated('--train', 'flat');
      expect(flat).toMatchObject({ protocol: 'retrieval', n: 24, trained: 0, classes: [], chance: 1 / 24 });
      const forced = await command('evaluate', 'short', '--train', 'flat', '--protocol', 'linear');
      expect([forced.code, forced.events.at(-1)]).toMatchObject([1, { event: 'command.failed' }]);
    },
    LIMIT_MS,
  );

  it(
    'takes a checkpoint that is kept, and names those there are for another',
    async () => {
      expect(await evaluated('--step', '0')).toMatchObject({ checkpointStep: 0, protocol: 'knn' });
      const none = await command('evaluate', 'short', '--step', '2');
      expect(none.events.at(-1)).toMatchObject({
        code: 'checkpoint.missing',
        message: expect.stringMatching(/keeps no checkpoint of step 2\. It keeps 0, 3\./) as string,
      });
      expect((await runCommand(world.library, 'evaluate', '--help')).stdout).toContain('--step <step>');
    },
    LIMIT_MS,
  );
});

describe('embed and search at the terminal', () => {
  it(
    'encodes only what is new, and search finds by examples, counter-examples, parts and labels',
    async () => {
      const first = await command('embed', 'short', 'labelled');
      expect(first.events.at(-1)).toMatchObject({ event: 'embed.finished', images: 40, problems: 0 });
      copy(join(world.root, 'labelled', labels[0]), labels[0], 60, 5);
      await command('import', join(world.root, 'labelled'));
      const second = await command('embed', 'short', 'labelled');
      expect(second.events.at(-1)).toMatchObject({ images: 45, embedded: 5, alreadyThere: 40 });
      const key = String(second.events.at(-1)!['encoderKey']);
      const npy = readFileSync(join(world.library, 'vectors', key, 'vectors.npy'));
      expect(npy.toString('latin1', 1, 6)).toBe('NUMPY');
      const [query, other] = readdirSync(join(SAMPLE, labels[1])).slice(28, 30) as [string, string];
      const path = (name: string): string => join(SAMPLE, labels[1], name);
      const words = ['--dataset', 'labelled', '--label', labels[1], '--top', '4', '--run', 'short'];
      const { events } = await command('search', path(query), '--region', '0,0,40,40', '--not', path(other), ...words);
      const matches = events.filter(({ event }) => event === 'search.matched');
      expect(matches).toHaveLength(4);
      for (const match of matches)
        expect(match).toMatchObject({ label: labels[1], score: expect.any(Number) as number });
      expect(events.at(-1)).toMatchObject({ event: 'search.finished', encoder: 'run', searched: 20 });
      const whole = await command('search', path(query), ...words);
      expect(String(whole.events[0]!['path'])).toContain(query);
      expect(whole.events[0]!['score']).toBeGreaterThan(0.999);
    },
    LIMIT_MS,
  );
});
