import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DescribeResult } from '#application/ports/images.ts';
import { contentHashOf } from '#images/hashes.ts';
import { createDecoderPool } from '#images/decoder-pool.ts';
import { gradient } from '#test/fixtures/hostile-good-bytes.ts';
import { decoderEntry, describeAll, withDecoders } from '#test/support/decoder-pool.ts';
import { temporaryFolders } from '#test/support/temporary-folder.ts';

const newFolder = temporaryFolders();

/** `count` small pictures that differ. */
async function pictures(folder: string, count: number): Promise<string[]> {
  const base = await gradient().raw().toBuffer();
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(folder, `${i}.png`);
      const data = Buffer.from(base);
      data.writeUInt32LE(i);
      await sharp(data, { raw: { width: 24, height: 16, channels: 3 } })
        .png()
        .toFile(path);
      return path;
    }),
  );
}

/** Takes about a second of a core and more memory than small pictures. */
async function slowPicture(folder: string): Promise<string> {
  const path = join(folder, 'slow.png');
  const side = 7000;
  await sharp({ create: { width: side, height: side, channels: 3, background: '#123' } })
    .png()
    .toFile(path);
  return path;
}

const outcome = (result: DescribeResult | undefined): string =>
  result === undefined ? 'none' : 'facts' in result ? 'image' : result.problem.code;

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return !readFileSync(`/proc/${processId}/stat`, 'utf8').includes(') Z');
  } catch {
    return false;
  }
};

/** Process ids of this process's decoder children. */
const decoderChildren = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('hosts/decoder/main.ts'))
    .map((line) => Number.parseInt(line, 10));

describe('the decoders', () => {
  it('answer every path once, with a thumbnail that is whole', async () => {
    const folder = newFolder();
    const paths = await pictures(folder, 60);
    const thumbnails = join(folder, 'thumbnails');
    const results = await withDecoders((decoder) =>
      describeAll(decoder, [...paths, join(folder, 'gone.png')], thumbnails),
    );
    expect(results.size).toBe(61);
    expect(outcome(results.get(join(folder, 'gone.png')))).toBe('image.vanished');
    const result = results.get(paths[7]!)!;
    if (!('facts' in result)) throw new Error(result.problem.message);
    const { contentHash, descriptor } = result.facts;
    expect(contentHash).toBe(contentHashOf(readFileSync(paths[7]!)));
    expect(Math.hypot(...descriptor)).toBeCloseTo(1, 5);
    const thumbnail = join(thumbnails, contentHash.slice(0, 2), `${contentHash}.webp`);
    expect(await sharp(readFileSync(thumbnail)).metadata()).toMatchObject({ format: 'webp', width: 24, height: 16 });
    const left = readdirSync(thumbnails, { recursive: true }).filter((name) => !/(^..|webp)$/.test(String(name)));
    expect(left).toEqual([]);
  });

  it('killed in the middle of work are restarted, and no image is lost', async () => {
    const folder = newFolder();
    const paths = await pictures(folder, 200);
    const outcomes: string[] = [];
    await withDecoders(
      async (decoder) => {
        for await (const result of decoder.describe(paths, newFolder(), new AbortController().signal)) {
          outcomes.push(outcome(result));
          if (outcomes.length === 20) for (const child of decoderChildren()) process.kill(child, 'SIGKILL');
        }
      },
      { children: 2 },
    );
    expect(outcomes).toHaveLength(200);
    expect(new Set(outcomes)).toEqual(new Set(['image']));
  });

  it('that are silent for too long are ended, and only the slow file is a problem', async () => {
    const folder = newFolder();
    const slow = await slowPicture(folder);
    const paths = await pictures(folder, 10);
    // A decoder needs some of the time to start.
    const limits = { timeoutMs: 1 };
    const results = await withDecoders((decoder) => describeAll(decoder, [slow], newFolder()), { limits });
    expect(outcome(results.get(slow))).toBe('image.timeout');
    const others = await withDecoders((decoder) => describeAll(decoder, [slow, ...paths], newFolder()));
    expect(new Set([...others.values()].map(outcome))).toEqual(new Set(['image']));
  });

  it('that take too much memory are ended, and only the large file is a problem', async () => {
    const folder = newFolder();
    const large = await slowPicture(folder);
    const paths = await pictures(folder, 10);
    const limits = { maxMemoryBytes: 200 * 2 ** 20 };
    const results = await withDecoders((decoder) => describeAll(decoder, [...paths, large], newFolder()), { limits });
    expect(outcome(results.get(large))).toBe('image.decoderDied');
    expect(paths.map((path) => outcome(results.get(path)))).toEqual(paths.map(() => 'image'));
  });

  it('refuse more pixels than the limit without decoding them', async () => {
    const folder = newFolder();
    const [path] = await pictures(folder, 1);
    const results = await withDecoders((decoder) => describeAll(decoder, [path!], newFolder()), {
      limits: { maxPixels: 24 * 16 - 1 },
    });
    expect(outcome(results.get(path!))).toBe('image.tooLarge');
  });

  it('that cannot start say so instead of trying for ever', async () => {
    const entry = new URL('no-such-program.ts', decoderEntry);
    const pool = createDecoderPool({ entry });
    await expect(pool.pixels('/x.png', 10)).rejects.toMatchObject({ code: 'setup.incomplete' });
    await pool.close();
  });

  it('stop when asked, and are gone after closing', async () => {
    const folder = newFolder();
    const paths = await pictures(folder, 100);
    const stop = new AbortController();
    let children: number[] = [];
    await withDecoders(async (decoder) => {
      const work = async (): Promise<void> => {
        for await (const _ of decoder.describe(paths, newFolder(), stop.signal)) {
          children = decoderChildren();
          stop.abort(new Error('enough'));
        }
      };
      await expect(work()).rejects.toThrow('enough');
    });
    expect(children.length).toBeGreaterThan(0);
    expect(children.filter(isAlive)).toEqual([]);
  });

  it('outlive SIGINT and end with their channel', async () => {
    const child = fork(decoderEntry, ['{}'], { serialization: 'advanced', execArgv: [] });
    await new Promise((resolve) => child.once('message', resolve));
    child.kill('SIGINT');
    await wait(200);
    expect(isAlive(child.pid!)).toBe(true);
    const closed = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await closed;
    expect(isAlive(child.pid!)).toBe(false);
  });

  it('end when the process that owns them is killed', async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const owner = join(folder, 'owner.mjs');
    writeFileSync(
      owner,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(decoderEntry.pathname)}, ['{}'], { serialization: 'advanced', execArgv: [] });
       child.once('message', () => console.log(child.pid));
       setInterval(() => {}, 1000);`,
    );
    const ownerProcess = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const decoder = await new Promise<number>((resolve) =>
      ownerProcess.stdout.once('data', (data) => resolve(Number(data))),
    );
    expect(isAlive(decoder)).toBe(true);
    ownerProcess.kill('SIGKILL');
    for (let i = 0; i < 50 && isAlive(decoder); i++) await wait(100);
    expect(isAlive(decoder)).toBe(false);
  });

  it('give pixels of bytes as of a file', async () => {
    const folder = newFolder();
    const [path] = await pictures(folder, 1);
    await withDecoders(async (decoder) => {
      const ofFile = await decoder.pixels(path!, 8);
      const ofBytes = await decoder.pixels(readFileSync(path!), 8);
      expect([ofFile.widthPx, ofFile.heightPx]).toEqual([12, 8]);
      expect(Buffer.from(ofBytes.data)).toEqual(Buffer.from(ofFile.data));
      rmSync(path!);
      await expect(decoder.pixels(path!, 8)).rejects.toMatchObject({ code: 'image.vanished' });
    });
  });

  it('give of many small JPEGs at once the pixels of each, whatever stands among them', async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const made = Array.from({ length: 40 }, (_, i) => join(folder, `${i}.jpg`));
    for (const [i, path] of made.entries()) {
      const noise = Buffer.from(Array.from({ length: 3 * 32 * 32 }, (__, at) => (at * (i + 7) * 31) % 256));
      const whole = sharp(noise, { raw: { width: 32, height: 32, channels: 3 } });
      const size = i % 3 === 0 ? { width: 32, height: 24, fit: 'fill' as const } : null;
      const written = size === null ? whole : whole.resize(size);
      if (i % 7 === 5) written.greyscale();
      if (i % 11 === 4) written.withMetadata({ orientation: 6 });
      if (i % 13 === 2) written.withIccProfile('p3');
      if (i === 20) written.toColourspace('cmyk');
      await written.jpeg({ quality: 80 }).toFile(path);
    }
    const [ended, changed] = [made[8]!, made[10]!];
    writeFileSync(ended, readFileSync(ended).subarray(0, 500));
    await withDecoders(async (decoder) => {
      const asked = made.map((path) =>
        decoder
          .pixels(path, 32, undefined, path === changed ? 'another hash' : undefined)
          .catch((error: unknown) => error),
      );
      for (const [i, answer] of (await Promise.all(asked)).entries()) {
        const path = made[i]!;
        if (path === ended) expect(answer).toMatchObject({ code: 'image.unreadable' });
        else if (path === changed) expect(answer).toMatchObject({ code: 'image.changed' });
        else {
          const alone = sharp(path, { autoOrient: true }).flatten({ background: '#ffffff' }).toColourspace('srgb');
          const { data, info } = await alone.raw().toBuffer({ resolveWithObject: true });
          expect(answer, path).toMatchObject({ widthPx: info.width, heightPx: info.height });
          expect(Buffer.from((answer as { data: Uint8Array }).data).equals(data), path).toBe(true);
        }
      }
    });
  });

  it('give the upright size of a picture, and say what is none', async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const [lying, text] = [join(folder, 'lying.jpg'), join(folder, 'text.jpg')];
    const pixels = { width: 30, height: 20, channels: 3, background: '#336699' } as const;
    await sharp({ create: pixels }).withMetadata({ orientation: 6 }).jpeg().toFile(lying);
    writeFileSync(text, 'no picture');
    await withDecoders(async (decoder) => {
      expect(await decoder.size(lying)).toEqual({ widthPx: 20, heightPx: 30 });
      await expect(decoder.size(text)).rejects.toMatchObject({ code: 'image.unsupported' });
      await expect(decoder.size(join(folder, 'none.jpg'))).rejects.toMatchObject({ code: 'image.vanished' });
    });
  });
});
