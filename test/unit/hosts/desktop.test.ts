import { describe, expect, it } from 'vitest';
import { Crashes } from '#hosts/desktop/crashes.ts';
import { Leaving, type LeavingPorts } from '#hosts/desktop/leaving.ts';
import { menuFor, type MenuEntry } from '#hosts/desktop/menu.ts';
import { addressFor, isOfEngine } from '#hosts/desktop/page-address.ts';
import { barOf, leaveQuestion, type LeaveAnswer, trayText, type Work } from '#hosts/desktop/questions.ts';

describe('addressFor', () => {
  it('keeps screen and selection, and the new launch code', () => {
    const shown = 'http://127.0.0.1:1/?screen=train&labels=a%252Cb&code=old';
    const next = new URL(addressFor('http://127.0.0.1:2/?code=new', shown));
    expect(next.origin).toBe('http://127.0.0.1:2');
    expect(Object.fromEntries(next.searchParams)).toEqual({ code: 'new', screen: 'train', labels: 'a%2Cb' });
  });

  it('leads to the first page where none is shown', () => {
    expect(addressFor('http://127.0.0.1:2/?code=new', '')).toBe('http://127.0.0.1:2/?code=new');
  });
});

describe('isOfEngine', () => {
  const address = 'http://127.0.0.1:4000/?code=a';

  it.each(['http://127.0.0.1:4000/', 'http://127.0.0.1:4000/assets/a.js', 'blob:http://127.0.0.1:4000/1-2'])(
    'is true of %s',
    (url) => expect(isOfEngine(url, address)).toBe(true),
  );

  it.each([
    'http://127.0.0.1:4001/',
    'https://127.0.0.1:4000/',
    'http://127.0.0.1:4000@example.org/',
    'http://localhost:4000/',
    'file:///a',
    'data:text/html,a',
    '',
  ])('is false of %j', (url) => expect(isOfEngine(url, address)).toBe(false));

  it('is false of everything before the engine listens, even of what has no origin', () => {
    expect(isOfEngine('file:///a', null)).toBe(false);
    expect(isOfEngine('data:,a', 'data:,b')).toBe(false);
  });
});

describe('Crashes', () => {
  it('loads again at once, but for a crash within ten seconds of the last', () => {
    const crashes = new Crashes();
    expect([0, 9999, 19_000, 30_000].map((ms) => crashes.mayReload(ms))).toEqual([true, false, false, true]);
  });
});

describe('Leaving', () => {
  function leavingWith(work: Work, answer: Promise<LeaveAnswer>) {
    const said: string[] = [];
    const ports: LeavingPorts = {
      work: () => work,
      ask: () => (said.push('ask'), answer),
      goToBackground: () => said.push('background'),
      endEngine: async () => void said.push('end engine'),
      quit: () => said.push('quit'),
    };
    return { leaving: new Leaving(ports), said };
  }

  it('asks once, however often the window is closed meanwhile', async () => {
    const answered = Promise.withResolvers<LeaveAnswer>();
    const { leaving, said } = leavingWith({ runs: 1, jobs: 0 }, answered.promise);
    const first = leaving.ask();
    await leaving.ask();
    answered.resolve('pause');
    await first;
    expect(said).toEqual(['ask', 'end engine', 'quit']);
  });

  it('ends without its answer when the computer shuts down under the question', async () => {
    const answered = Promise.withResolvers<LeaveAnswer>();
    const { leaving, said } = leavingWith({ runs: 1, jobs: 0 }, answered.promise);
    const asking = leaving.ask();
    await leaving.end();
    answered.resolve('background');
    await asking;
    expect(said).toEqual(['ask', 'end engine', 'quit']);
  });

  it('asks over other work too, and not where nothing is at work', async () => {
    const busy = leavingWith({ runs: 0, jobs: 1 }, Promise.resolve('stay'));
    await busy.leaving.ask();
    expect(busy.said).toEqual(['ask']);
    const idle = leavingWith({ runs: 0, jobs: 0 }, Promise.resolve('stay'));
    await idle.leaving.ask();
    expect(idle.said).toEqual(['end engine', 'quit']);
  });

  it('can be asked again after it went to the background', async () => {
    const { leaving, said } = leavingWith({ runs: 2, jobs: 0 }, Promise.resolve('background'));
    await leaving.ask();
    await leaving.ask();
    expect(said).toEqual(['ask', 'background', 'ask', 'background']);
  });
});

describe('what is said of the work', () => {
  it('is of trainings where there are some, else of images', () => {
    expect(leaveQuestion({ runs: 2, jobs: 1 }).message).toBe('2 trainings have not ended.');
    expect(leaveQuestion({ runs: 0, jobs: 1 }).message).toBe('Kindred is at work on your images.');
    expect(trayText({ runs: 0, jobs: 1, share: null })).toBe('Kindred is at work on your images');
    expect(trayText({ runs: 0, jobs: 0, share: null })).toBe('Kindred: nothing trains');
    expect([0, 1].map((jobs) => barOf({ runs: 0, jobs, share: null }))).toEqual([-1, 2]);
    expect(barOf({ runs: 1, jobs: 1, share: 0.25 })).toBe(0.25);
  });
});

describe('menuFor', () => {
  const roles = (entries: readonly MenuEntry[]): readonly string[] =>
    entries.flatMap(({ role, submenu }) => [...(role ? [role] : []), ...roles(submenu ?? [])]);

  it('has what each system expects: quit under File, or in the menu of the app on a Mac', () => {
    const options = { isForDevelopers: false };
    expect(roles(menuFor('linux', options, () => undefined))).toContain('quit');
    const mac = roles(menuFor('darwin', options, () => undefined));
    expect(mac).toContain('appMenu');
    expect(mac).not.toContain('quit');
  });

  it('gives each key to one entry', () => {
    const keys = menuFor('linux', { isForDevelopers: true }, () => undefined)
      .flatMap(({ submenu }) => submenu ?? [])
      .flatMap(({ accelerator }) => accelerator ?? []);
    expect(keys.length).toBeGreaterThan(5);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
