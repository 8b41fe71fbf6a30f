/**
 * How much memory an import of many small files takes, all its processes together.
 *
 *   npx node test/bench/import-memory.ts [--files 100000] [--out FILE.json]
 *
 * The files are made here: sample pictures at 32 × 32 on a background of their own, JPEG of quality 95, in a hundred
 * folders, each different in its bytes. Every half second the proportional memory (PSS: shared pages counted once in
 * all) and the resident memory of the command and of what it started are added up. Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const CLI = new URL('../../src-main/hosts/cli/main.ts', import.meta.url).pathname;
const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const SIDE = 32;
const LOOK_EVERY_MS = 500;
const FOLDERS = 100;

const { values } = parseArgs({ options: { files: { type: 'string', default: '100000' }, out: { type: 'string' } } });
const count = Number(values.files);

async function makeFiles(folder: string): Promise<void> {
  const names = readdirSync(SAMPLE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
  const pictures = await Promise.all(
    names.map((name) => sharp(join(SAMPLE, name)).resize(SIDE, SIDE).ensureAlpha().raw().toBuffer()),
  );
  for (let i = 0; i < FOLDERS; i++) mkdirSync(join(folder, String(i)), { recursive: true });
  for (let i = 0; i < count; i++) {
    const background = { r: (i * 7) % 256, g: (i >> 3) % 256, b: (i >> 8) % 256 };
    const picture = sharp(pictures[i % pictures.length]!, { raw: { width: SIDE, height: SIDE, channels: 4 } });
    const bytes = await picture.flatten({ background }).jpeg({ quality: 95 }).toBuffer();
    writeFileSync(join(folder, String(i % FOLDERS), `${i}.jpg`), bytes);
  }
}

interface Memory {
  readonly proportionalMb: number;
  readonly residentMb: number;
  readonly processes: number;
}

/** Of a process and all that it started. */
function memoryOf(root: number): Memory {
  const family = new Set([root]);
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = readOf(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  const sum = (field: string): number =>
    [...family].reduce((total, pid) => {
      const text = readOf(`/proc/${pid}/smaps_rollup`);
      return total + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
    }, 0);
  return { proportionalMb: sum('Pss'), residentMb: sum('Rss'), processes: family.size };
}

/** Nothing of a process that is gone. */
function readOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'kindred-import-memory-'));
try {
  const folder = join(scratch, 'pictures');
  await makeFiles(folder);
  const words = [CLI, 'import', folder, '--json', '--library', join(scratch, 'library')];
  const command = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  command.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  let isOver = false;
  const ended = new Promise<void>((resolve) => command.once('close', () => resolve())).then(() => (isOver = true));
  const most = { proportionalMb: 0, residentMb: 0, processes: 0 };
  while (!isOver) {
    const { proportionalMb, residentMb, processes } = memoryOf(command.pid!);
    most.proportionalMb = Math.max(most.proportionalMb, Math.round(proportionalMb));
    most.residentMb = Math.max(most.residentMb, Math.round(residentMb));
    most.processes = Math.max(most.processes, processes);
    await Promise.race([wait(LOOK_EVERY_MS), ended]);
  }
  const last = JSON.parse(said.trim().split('\n').at(-1)!) as Record<string, unknown>;
  const report = {
    machine: `${cpus()[0]!.model}, ${cpus().length} cores`,
    node: process.version,
    files: last['files'],
    images: last['images'],
    problems: last['problems'],
    seconds: last['seconds'],
    most,
  };
  console.log(JSON.stringify(report, null, 2));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
