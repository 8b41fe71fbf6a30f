import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { importFinishedSchema } from '#contract/import-events.ts';
import { isGroupAlive, killGroup, runCommand, startCommand, whenSaid } from '#test/support/command-line.ts';
import { folderDigest } from '#test/support/folder-digest.ts';
import { libraryDump } from '#test/support/library-dump.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const PICTURES = 600;
const random = new RandomStream(4, 'import kills');

/** Makes real pictures of noise in three class folders, each different. */
async function makePictures(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const classFolder = join(folder, ['cat', 'dog', 'owl'][i % 3]!);
    mkdirSync(classFolder, { recursive: true });
    const noise = new RandomStream(1, 'noise', i);
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, () => noise.below(256));
    const raw = { width: 8, height: 8, channels: 3 as const };
    await sharp(data, { raw })
      .png({ compressionLevel: 1 })
      .toFile(join(classFolder, `${i}.png`));
  }
}

const thumbnails = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'thumbnails'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('webp'),
  );

const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

describe('import at the terminal', () => {
  let pictures = '';
  beforeAll(async () => {
    pictures = join(process.cwd(), 'node_modules', '.cache', `import-test-${process.pid}`, 'pictures');
    await makePictures(pictures, PICTURES);
    writeFileSync(join(pictures, 'cat', 'broken.png'), 'not a picture');
    writeFileSync(join(pictures, 'dog', 'empty.jpg'), '');
    return () => rmSync(join(pictures, '..'), { recursive: true, force: true });
  });

  it('ends with counts and rate in one JSON line, and again finds nothing new', async () => {
    const library = join(temporaryFolder(), 'library');
    const first = await runCommand(library, 'import', pictures, '--json');
    const finished = importFinishedSchema.parse(first.events.at(-1));
    expect(first.code).toBe(0);
    expect(finished).toMatchObject({ files: PICTURES, images: PICTURES, problems: 2, labels: 3, new: PICTURES + 2 });
    expect(finished.imagesPerSecond).toBeGreaterThan(0);
    expect(first.stdout.trim().split('\n')).toHaveLength(first.events.length);
    const second = await runCommand(library, '--json', 'import', pictures);
    expect(second.events.at(-1)).toMatchObject({ new: 0, unchanged: PICTURES + 2, files: PICTURES, problems: 2 });
  });

  it('[I3] killed with −9 again and again ends in the same library as an unbroken one, and nothing lives on', async () => {
    const [unbroken, broken] = [join(temporaryFolder(), 'library'), join(temporaryFolder(), 'library')];
    await runCommand(unbroken, 'import', pictures);
    for (let kill = 0; kill < 5; kill++) {
      const command = startCommand(broken, ['import', pictures, '--json']);
      if (kill > 0) await whenSaid(command, '"phase":"reading"');
      await sleep(random.uniformIn(0, 150));
      if (kill % 2 === 0) killGroup(command);
      else command.child.kill('SIGKILL');
      await command.ended;
      await expect.poll(() => isGroupAlive(command), { timeout: 15_000 }).toBe(false);
    }
    const last = await runCommand(broken, 'import', pictures, '--json');
    expect(last.code).toBe(0);
    expect(last.events.at(-1)).toMatchObject({ files: PICTURES, images: PICTURES, problems: 2 });
    expect(last.events.at(-1)!['new']).toBeLessThan(PICTURES);
    expect(libraryDump(broken)).toEqual(libraryDump(unbroken));
    expect(thumbnails(broken).toSorted()).toEqual(thumbnails(unbroken).toSorted());
    const others = Object.keys(folderDigest(join(broken, 'thumbnails'))).filter((name) => !name.endsWith('.webp'));
    expect(others).toEqual([]);
  });

  it('interrupted by Ctrl-C leaves with 130, says how to go on, and holds nothing', async () => {
    const library = join(temporaryFolder(), 'library');
    const command = startCommand(library, ['import', pictures, '--json']);
    await whenSaid(command, '"phase":"reading"');
    process.kill(-command.child.pid!, 'SIGINT');
    const { code, events, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ event: 'command.failed', code: 'job.interrupted' });
    expect(stderr).toMatch(/the same import goes on with the rest/);
    const rest = await runCommand(library, 'import', pictures, '--json');
    expect(rest.events.at(-1)).toMatchObject({ files: PICTURES, problems: 2 });
  });

  it('refuses while another process imports, naming it; listings go on', async () => {
    const library = join(temporaryFolder(), 'library');
    const first = startCommand(library, ['import', pictures, '--json']);
    await whenSaid(first, '"phase":"reading"');
    // Stopped, so that it still holds the library however fast it reads.
    first.child.kill('SIGSTOP');
    const [second, listing] = await Promise.all([
      runCommand(library, 'import', pictures, '--json'),
      runCommand(library, 'datasets', '--json'),
    ]);
    first.child.kill('SIGCONT');
    expect(second.code).toBe(1);
    expect(second.events.at(-1)).toMatchObject({ code: 'library.locked', data: { holder: { pid: first.child.pid } } });
    expect(second.stderr).toContain(`process ${first.child.pid}`);
    expect(listing.events).toMatchObject([{ event: 'dataset.listed', name: 'pictures' }]);
    expect((await first.ended).code).toBe(0);
  });

  it('lists, filters, renames and removes; originals stay', async () => {
    const library = join(temporaryFolder(), 'library');
    const own = join(temporaryFolder(), 'few');
    cpSync(join(pictures, 'cat'), join(own, 'cat'), { recursive: true });
    cpSync(join(pictures, 'dog'), join(own, 'dog'), { recursive: true });
    await runCommand(library, 'import', own, '--name', 'few');
    const cats = await runCommand(library, 'images', 'few', '--label', 'cat', '--json');
    expect(cats.events).toHaveLength(PICTURES / 3);
    expect((await runCommand(library, 'images', 'few', '--label', 'cow')).stdout).toContain(
      'Labels of "few": cat, dog.',
    );
    const problems = await runCommand(library, 'images', 'few', '--problems');
    expect(problems.stdout).toMatch(/image\.empty[\s\S]*2 files|image\.unsupported[\s\S]*2 files/);
    expect((await runCommand(library, 'datasets', 'rename', 'few', 'some')).code).toBe(0);
    const missing = await runCommand(library, 'images', 'sme');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('The nearest name is "some"')]);
    const trial = await runCommand(library, 'datasets', 'remove', 'some', '--dry-run');
    expect(trial.stdout).toContain('402 files, 400 images');
    const removed = await runCommand(library, 'datasets', 'remove', 'some', '--json');
    expect(removed.events).toMatchObject([{ event: 'dataset.removed', dataset: 'some', files: 402, images: 400 }]);
    expect(readdirSync(join(own, 'cat'))).toHaveLength(PICTURES / 3 + 1);
    const thumbnails = readdirSync(join(library, 'thumbnails'), { recursive: true, encoding: 'utf8' });
    expect(thumbnails.filter((name) => name.endsWith('webp'))).toEqual([]);
  });
});

describe('the command line', () => {
  it('answers wrong usage with 2 and the nearest name', async () => {
    const library = join(temporaryFolder(), 'library');
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['improt', 'x'], 'Did you mean "import"?'],
      [['datasets', 'remov', 'x'], 'Did you mean "remove"?'],
      [['import', '--nmae', 'x'], '--name'],
      [['import'], `Missing required argument 'folders'. See "npm start -- import --help"`],
    ];
    for (const [words, hint] of cases) {
      const { code, stderr } = await runCommand(library, ...words);
      expect([code, stderr]).toEqual([2, expect.stringContaining(hint)]);
    }
    expect(existsSync(library)).toBe(false);
  });

  it('prints the help of a command either way, and the version', async () => {
    const library = join(temporaryFolder(), 'library');
    const [asked, option] = [await runCommand(library, 'help', 'train'), await runCommand(library, 'train', '--help')];
    expect(asked).toEqual(option);
    expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining('npm start -- train [options]')]);
    expect((await runCommand(library, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows names with escapes and direction marks as text', async () => {
    const folder = join(temporaryFolder(), 'odd');
    await makePictures(folder, 2);
    cpSync(join(folder, 'cat', '0.png'), join(folder, 'cat', '\u001B[31mred\u202Egnp.png'));
    const library = join(temporaryFolder(), 'library');
    await runCommand(library, 'import', folder);
    const { stdout } = await runCommand(library, 'images', 'odd');
    expect(stdout).toContain('\\u001b[31mred\\u202egnp.png');
    expect(stdout).not.toContain('\u001B');
  });
});
