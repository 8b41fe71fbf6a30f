import { describe, expect, it } from 'vitest';
import type { StudioEvent } from '#contract/studio/events.ts';
import { EventLog, type NumberedEvent } from '#hosts/engine/event-log.ts';
import { shownAsJobs } from '#hosts/engine/edit-jobs.ts';
import { JobList } from '#hosts/engine/job-list.ts';
import type { Job } from '#contract/studio/datasets.ts';

const files: StudioEvent = { kind: 'library.changed', what: 'files' };
const runs: StudioEvent = { kind: 'library.changed', what: 'runs' };

async function take(log: EventLog, lastId: string | null, count: number): Promise<NumberedEvent[]> {
  const stop = new AbortController();
  const taken: NumberedEvent[] = [];
  for await (const event of log.watch(lastId, stop.signal)) {
    taken.push(event);
    if (taken.length === count) stop.abort();
  }
  return taken;
}

describe('EventLog', () => {
  it('goes on after the last event a watcher saw, without a gap', async () => {
    const log = new EventLog('a');
    for (let i = 0; i < 5; i++) log.publish(i % 2 === 0 ? files : runs);
    const taken = await take(log, 'a-1', 3);
    expect(taken.map(({ id }) => id)).toEqual(['a-2', 'a-3', 'a-4']);
    expect(taken[1]!.event).toEqual(runs);
  });

  it('wakes a watcher for an event that comes later', async () => {
    const log = new EventLog('a');
    const waiting = take(log, null, 1);
    setTimeout(() => log.publish(runs), 10);
    expect((await waiting)[0]!.event).toEqual(runs);
  });

  it.each([
    ['another engine', 'b-1'],
    ['a number not given yet', 'a-999999'],
    ['nonsense', 'x'],
  ])('tells a watcher that knows %s to ask anew for everything', async (_name, lastId) => {
    const log = new EventLog('a');
    log.publish(files);
    const kinds = (await take(log, lastId, 5)).map(({ event }) => event);
    expect(kinds).toContainEqual({ kind: 'library.changed', what: 'datasets' });
    expect(kinds).toContainEqual({ kind: 'library.changed', what: 'runs' });
  });

  it('tells a watcher that was away for too long to ask anew, then goes on', async () => {
    const log = new EventLog('a');
    for (let i = 0; i < 3000; i++) log.publish(files);
    const taken = await take(log, 'a-10', 6);
    expect(taken.at(-1)!.id).toBe('a-2999');
    expect(new Set(taken.map(({ event }) => (event.kind === 'library.changed' ? event.what : ''))).size).toBe(6);
  });

  it('ends a watcher that waits when its connection closes', async () => {
    const stop = new AbortController();
    const watching = new EventLog('a').watch(null, stop.signal).next();
    stop.abort();
    expect((await watching).done).toBe(true);
  });
});

describe('JobList', () => {
  const ended = (start: (jobs: JobList) => void): Promise<Job[]> =>
    new Promise((resolve) => {
      const seen: Job[] = [];
      const jobs = new JobList((job) => {
        seen.push(job);
        if (job.state !== 'running') resolve(seen);
      });
      start(jobs);
    });

  it('shows work, its progress and what it says at the end', async () => {
    const seen = await ended((jobs) =>
      jobs.start('import', 'Importing birds', ({ report }) => {
        report(0.5, '1 of 2 files');
        return Promise.resolve('2 files imported');
      }),
    );
    expect(seen.map(({ state }) => state)).toEqual(['running', 'running', 'done']);
    expect(seen[1]).toMatchObject({ share: 0.5, detail: '1 of 2 files' });
    expect(seen[2]!.message).toBe('2 files imported');
  });

  it('cancels on request and tells failure apart from it', async () => {
    const cancelled = await ended((jobs) => {
      const id = jobs.start('project', 'Map', ({ signal }) => {
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      });
      jobs.cancel(id);
    });
    expect(cancelled.at(-1)!.state).toBe('cancelled');
    const failed = await ended((jobs) => jobs.start('embed', 'Embedding', () => Promise.reject(new Error('no disk'))));
    expect(failed.at(-1)).toMatchObject({ state: 'failed', message: 'no disk' });
  });

  it('shows acts on many images, and leaves what fails to who asked', async () => {
    const answers: unknown[] = [];
    const seen = await ended((jobs) => {
      const shown = shownAsJobs(jobs);
      void shown('Labelled', (report) => (report(0.5), Promise.resolve('labelled'))).then((a) => answers.push(a));
    });
    expect(seen.map(({ kind, share, state }) => [kind, share, state])).toEqual([
      ['edit', null, 'running'],
      ['edit', 0.5, 'running'],
      ['edit', 0.5, 'done'],
    ]);
    const failed = await ended((jobs) => {
      shownAsJobs(jobs)('Labelled', () => Promise.reject(new Error('no disk'))).catch((e: unknown) => answers.push(e));
    });
    expect(failed.at(-1)).toMatchObject({ state: 'done', message: null });
    expect(answers).toEqual(['labelled', new Error('no disk')]);
  });
});
