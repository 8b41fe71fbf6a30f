import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

type Environment = Readonly<Record<string, string>>;
const electronModule = new URL('../../../scripts/setup/electron.mjs', import.meta.url).href;
const { electronProgram, hasScreen } = (await import(electronModule)) as {
  readonly electronProgram: (env: Environment, folder: string) => string | null;
  readonly hasScreen: (env: Environment, platform: string, userId: number | undefined) => boolean;
};

/** The package as it is installed, with or without its download. */
function packageWith(binary: string | null): string {
  const folder = temporaryFolder();
  if (binary === null) return folder;
  writeFileSync(join(folder, 'path.txt'), binary);
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', binary), '');
  return folder;
}

describe('electronProgram', () => {
  it('is what the package downloaded, where that is there', () => {
    const folder = packageWith('electron');
    expect(electronProgram({}, folder)).toBe(join(folder, 'dist', 'electron'));
    expect(electronProgram({}, packageWith(null))).toBeNull();
  });

  it('is none when the download was deleted', () => {
    const folder = packageWith(null);
    writeFileSync(join(folder, 'path.txt'), 'electron');
    expect(electronProgram({}, folder)).toBeNull();
  });

  it('is one’s own where that is named', () => {
    const own = temporaryFolder();
    expect(electronProgram({ ELECTRON_OVERRIDE_DIST_PATH: own }, packageWith('electron'))).toBeNull();
    writeFileSync(join(own, 'electron'), '');
    expect(electronProgram({ ELECTRON_OVERRIDE_DIST_PATH: own }, packageWith(null))).toBe(join(own, 'electron'));
  });
});

describe('hasScreen', () => {
  it('needs a display on Linux, and a user with a sandbox', () => {
    expect(hasScreen({ DISPLAY: ':0' }, 'linux', 1000)).toBe(true);
    expect(hasScreen({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 1000)).toBe(true);
    expect(hasScreen({ DISPLAY: ':0' }, 'linux', 0)).toBe(false);
    expect(hasScreen({ DISPLAY: '' }, 'linux', 1000)).toBe(false);
  });

  it('is not there elsewhere for who comes from afar', () => {
    expect(hasScreen({}, 'darwin', 501)).toBe(true);
    expect(hasScreen({}, 'win32', undefined)).toBe(true);
    expect(hasScreen({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'darwin', 501)).toBe(false);
  });
});
