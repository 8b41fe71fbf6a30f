import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LARGEST_BYTES = 2_000_000;
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 1 << 26 })
  .toString('utf8')
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const texts = tracked
  .filter((path) => !/\.(?:png|jpe?g|webp|avif|gif|tiff?|bmp|ico|icns|npy|bin|safetensors|db|woff2?)$/i.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

function filesWith(pattern: RegExp): readonly string[] {
  return texts.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('tracked files', () => {
  it('name no registry host, so that any mirror serves', () => {
    // Put together here so that this file does not name one itself.
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['files', 'pythonhosted', 'org'],
    ];
    const pattern = new RegExp(hosts.map((parts) => parts.join('\\.')).join('|'));
    expect(filesWith(pattern)).toEqual([]);
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http');
  });

  it('name no home folder of the machine they were written on', () => {
    expect(filesWith(new RegExp(`/${'root'}/\\.|/${'home'}/(?!user\\b|me\\b|you\\b|ada\\b)[a-z]+/`))).toEqual([]);
  });

  it('hold nothing larger than 2 MB', () => {
    const large = tracked.filter((path) => statSync(join(root, path)).size > LARGEST_BYTES);
    expect(large).toEqual([]);
  });

  it('pin every dependency exactly, and leave install scripts to the list', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { dependencies, devDependencies, allowScripts } = manifest as Record<string, Record<string, unknown>>;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(Object.entries(allowScripts ?? {}).filter(([, allowed]) => allowed === true)).toEqual([['node', true]]);
  });
});
