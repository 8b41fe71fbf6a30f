import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, onTestFinished } from 'vitest';

const makeFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'kindred-test-')));

/** An empty folder that is deleted when the test that asked for it is over. */
export function temporaryFolder(): string {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Gives empty folders; called once at the head of a file. They are deleted after each test. */
export function temporaryFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = makeFolder();
    folders.push(folder);
    return folder;
  };
}
