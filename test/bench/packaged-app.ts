/**
 * What the packaged app takes on disk, by its parts, and how long its engine takes from being started to listening.
 *
 *   npx node test/bench/packaged-app.ts [--starts 9] [--out FILE.json]
 *
 * The app is laid out as by `npm run package -- --dir`, with a stand-in for Electron's own files, which are not counted.
 * The engine is started as the shell starts it, on a library of its own: the first time in an empty home (a new library,
 * nothing compiled yet), then again. Its files are in the disk's cache. Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { packageApp, type PackagedApp } from '#test/support/electron/packaged-app.ts';

const { values } = parseArgs({ options: { starts: { type: 'string', default: '9' }, out: { type: 'string' } } });

/** Bytes of what is beside Electron, by parts. */
function sizes(app: PackagedApp): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {};
  for (const path of readdirSync(app.resources, { recursive: true, encoding: 'utf8' })) {
    const facts = statSync(join(app.resources, path));
    if (!facts.isFile()) continue;
    const part = partOf(path.split(sep).join('/'));
    parts[part] = (parts[part] ?? 0) + facts.size;
  }
  return parts;
}

function partOf(path: string): string {
  if (path === 'app.asar') return 'shell (asar)';
  if (path.startsWith('engine/node_modules/@tensorflow/tfjs-node/deps/')) return 'TensorFlow';
  if (path.startsWith('engine/node_modules/node/')) return 'Node';
  if (path.startsWith('engine/node_modules/')) return 'other packages';
  return path.startsWith('engine/resources/') ? 'sample images and presets' : 'engine and window';
}

/** Milliseconds from the start of the process to the line that says where it listens. */
async function startMs([node, script]: PackagedApp['commandLine'], home: string): Promise<number> {
  const words = [script, 'studio', '--no-open', '--json', '--end-with-input'];
  const begun = performance.now();
  const child = spawn(node, words, { env: { HOME: home, PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let readyMs = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"studio.ready"')) continue;
    readyMs = performance.now() - begun;
    child.stdin.end();
  }
  await ended;
  return readyMs;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
const folder = mkdtempSync(join(tmpdir(), 'kindred-bench-'));
try {
  const app = await packageApp(folder);
  const parts = sizes(app);
  const home = join(folder, 'home');
  mkdirSync(home);
  const firstMs = await startMs(app.commandLine, home);
  const againMs: number[] = [];
  for (let i = 0; i < Number(values.starts); i++) againMs.push(await startMs(app.commandLine, home));
  againMs.sort((a, b) => a - b);
  const result = {
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    platform: `${process.platform} ${process.arch}`,
    withoutElectronMb: megabytes(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)),
    partsMb: Object.fromEntries(Object.entries(parts).map(([part, bytes]) => [part, megabytes(bytes)])),
    engineStartMs: {
      first: Math.round(firstMs),
      againMedian: Math.round(againMs[againMs.length >> 1]!),
      againSlowest: Math.round(againMs.at(-1)!),
      starts: againMs.length,
    },
  };
  console.log(JSON.stringify(result, null, 2));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
