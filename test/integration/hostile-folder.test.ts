import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PathProblem } from '#application/ports/images.ts';
import { createFileScanner } from '#images/file-scanner.ts';
import { makeHostileFolder, type HostileFolder } from '#test/fixtures/hostile-folder.ts';
import { describeAll, withDecoders } from '#test/support/decoder-pool.ts';
import { temporaryFolders } from '#test/support/temporary-folder.ts';

const newFolder = temporaryFolders();
let hostile: HostileFolder;

beforeAll(async () => {
  hostile = await makeHostileFolder(mkdtempSync(join(tmpdir(), 'kindred-hostile-')));
});
afterAll(() => hostile.remove());

describe('a hostile folder', () => {
  it('holds at least 60 kinds of file', () => {
    expect(hostile.expected.size).toBeGreaterThanOrEqual(60);
  });

  it('gives every good image and a problem with its cause for every bad one, and no decoder dies', async () => {
    const paths: string[] = [];
    const problems: PathProblem[] = [];
    for await (const batch of createFileScanner().scan([hostile.folder], new AbortController().signal)) {
      paths.push(...batch.files.map(({ path }) => path));
      problems.push(...batch.problems);
    }
    const results = await withDecoders((decoder) => describeAll(decoder, paths, newFolder()), { children: 2 });
    const outcomes = new Map<string, string>();
    for (const result of results.values()) {
      if ('problem' in result) problems.push(result.problem);
      else outcomes.set(result.path, 'image');
    }
    for (const { path, code, message } of problems) {
      expect(outcomes.get(path), `${path} came twice`).toBeUndefined();
      expect(message.length, `the problem of ${path} has a cause`).toBeGreaterThan(30);
      outcomes.set(path, code);
    }
    const wrong = [...hostile.expected].flatMap(([name, outcome]) => {
      const path = join(hostile.folder, name);
      const got = outcomes.get(path) ?? 'hidden';
      outcomes.delete(path);
      return got === outcome ? [] : [`${name}: ${got}, not ${outcome}; ${messageFor(problems, path)}`];
    });
    expect(wrong).toEqual([]);
    expect([...outcomes.keys()]).toEqual([]);
  });
});

const messageFor = (problems: readonly PathProblem[], path: string): string =>
  problems.find((problem) => problem.path === path)?.message ?? '';
