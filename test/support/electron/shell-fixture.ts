import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildShell } from './build-shell.ts';
import { type EngineLife, EngineStage } from './engine-stage.ts';
import { ShellProcess, type ShellOptions } from './shell-process.ts';

/** Where the scripted engine says it listens. */
export const ADDRESS = 'http://127.0.0.1:40001/?code=first';

/** The shell, built once for a file of tests, and for each test a stage with an engine that says what the test says. */
export class ShellFixture {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kindred-shell-')));
  built = { main: '', preload: '' };
  stage!: EngineStage;
  /** Of a packaged app: holds `engine/`. */
  resources = '';
  #shell: ShellProcess | null = null;
  #made = 0;

  /** To be called once, at the head of a file. */
  static use(): ShellFixture {
    const fixture = new ShellFixture();
    beforeAll(async () => void (fixture.built = await buildShell(join(fixture.folder, 'out'))));
    afterAll(() => rmSync(fixture.folder, { recursive: true, force: true }));
    beforeEach(() => {
      fixture.resources = join(fixture.folder, `app-${fixture.#made++}`);
      fixture.stage = new EngineStage(join(fixture.resources, 'engine'));
    });
    afterEach(async () => {
      fixture.#shell?.end();
      await fixture.#shell?.ended;
      fixture.stage.close();
    });
    return fixture;
  }

  /** The one that was started last. */
  get shell(): ShellProcess {
    if (this.#shell === null) throw new Error('No shell has been started.');
    return this.#shell;
  }

  /** A built file with these options and no others. */
  run(options: ShellOptions): ShellProcess {
    return (this.#shell = new ShellProcess(options));
  }

  /** The main process as in a checkout: the engine is where the app is. */
  start({ words = [], variables = {} }: Partial<ShellOptions> = {}): ShellProcess {
    const environment = { DOUBLE_IS_PACKAGED: '0', SCRIPTED_ENGINE_SOCKET: this.stage.socketPath, ...variables };
    const { folder } = this.stage;
    return this.run({ file: this.built.main, appFolder: folder, words: ['.', ...words], variables: environment });
  }

  /** Started, with the engine's page on show and listening. */
  async startWithPage(options: Partial<ShellOptions> = {}): Promise<EngineLife> {
    this.start(options);
    const engine = await this.stage.nextLife();
    engine.say({ event: 'studio.ready', address: ADDRESS });
    await this.shell.call('window.loadURL');
    await this.shell.send('page.ready');
    return engine;
  }

  /** As above, with one run half-way. */
  async startTraining(): Promise<EngineLife> {
    const engine = await this.startWithPage();
    engine.say({ event: 'studio.activity', runs: 1, jobs: 0, share: 0.5 });
    await this.shell.call('powerSaveBlocker.start');
    return engine;
  }
}
