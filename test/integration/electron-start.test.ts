/** `npm start` where Electron's binary is: what stands in for it is told what the real one would be. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ShellFixture } from '../support/electron/shell-fixture.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const starter = join(root, 'scripts', 'start.mjs');
const fixture = ShellFixture.use();

/** Below a file no library can be made. */
const NOWHERE = join(root, 'package.json', 'library');

interface Started {
  readonly code: number | null;
  readonly said: string;
  /** What the program was told, a line each; null when it was not started. */
  readonly told: readonly string[] | null;
}

/** `npm start` with these words, where Electron's binary is a program that tells its words and then does as it is told. */
function startWith(words: readonly string[], does: string, hasScreen = true): Started {
  const folder = temporaryFolder();
  const [electron, file] = [join(folder, 'electron'), join(folder, 'told')];
  writeFileSync(electron, `#!/bin/sh\nprintf '%s\\n' "$@" "node: $ELECTRON_RUN_AS_NODE" > '${file}'\n${does}\n`);
  chmodSync(electron, 0o755);
  const script = `
    const { start } = await import(${JSON.stringify(starter)});
    process.exitCode = await start(${JSON.stringify(words)}, ${JSON.stringify({ electron, hasScreen })});`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env,
    timeout: 60_000,
  });
  const told = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : null;
  return { code: status, said: stderr.toString(), told };
}

describe.skipIf(process.platform === 'win32')('the window of npm start', () => {
  it('is Electron on the built checkout, as an app and not as a Node', () => {
    const { code, told } = startWith(['--library', '/my moths', '--port', '4000'], 'exit 0');
    expect(code).toBe(0);
    expect(told).toEqual([root, '--library=/my moths', '--port=4000', 'node:']);
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly main: string };
    expect(readFileSync(join(root, main), 'utf8')).toContain('requestSingleInstanceLock');
  });

  it('ends with the code of a window that somebody ended', () => {
    expect(startWith([], 'kill -TERM $$').code).toBe(143);
  });

  it('is not opened without a screen, nor for words that are the command line’s, which answers', () => {
    const wrong = ['--port', '70000'];
    for (const [words, hasScreen] of [
      [wrong, true],
      [['--no-open', ...wrong], true],
      [['runs', '--colour'], true],
    ] as const) {
      const { code, told } = startWith(words, 'exit 0', hasScreen);
      expect(told).toBeNull();
      expect(code).toBe(2);
    }
    const unseen = startWith(['--library', NOWHERE], 'exit 0', false);
    expect(unseen).toMatchObject({ told: null, code: 1 });
  });

  it('gives way to the browser when none opens', () => {
    const { code, said, told } = startWith(['--library', NOWHERE], 'kill -TRAP $$');
    expect(told).not.toBeNull();
    expect(said).toContain('Electron could not open a window (it ended with code 133); the browser is used instead.');
    // The command line went on, and says what is wrong with this library.
    expect(said).toContain(NOWHERE);
    expect(code).toBe(1);
  });

  it('starts its engine on the library and port that were asked for, which are nothing to be opened', async () => {
    fixture.start({ words: ['--library=/my moths', '--port=4000'] });
    const engine = await fixture.stage.nextLife();
    const words = ['studio', '--no-open', '--json', '--end-with-input', '--port', '4000', '--library', '/my moths'];
    expect(engine.words).toEqual(words);
    engine.say({ event: 'studio.ready', address: 'http://127.0.0.1:4000/?code=first' });
    expect(await fixture.shell.call('window.loadURL')).toEqual(['http://127.0.0.1:4000/?code=first']);
    await fixture.shell.send('page.ready');
    expect(fixture.shell.called('contents.send')).toEqual([]);
    engine.exit(1);
    const second = await fixture.stage.nextLife();
    expect(second.words).toEqual(words);
  });

  it('is one for each library', async () => {
    const folders: string[] = [];
    for (const library of ['/moths', '/beetles', '/moths']) {
      const shell = fixture.start({ words: [`--library=${library}`] });
      const [name, folder] = await shell.call('app.setPath');
      expect(name).toBe('userData');
      folders.push(String(folder));
      shell.end();
      await shell.ended;
    }
    expect(folders[0]).toMatch(/^\/userData\/library-[0-9a-f]{16}$/);
    expect(folders[1]).not.toBe(folders[0]);
    expect(folders[2]).toBe(folders[0]);
    expect(await fixture.start().call('app.setPath')).toEqual(['userData', '/userData']);
  });
});
