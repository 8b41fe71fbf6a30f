import { describe, expect, it } from 'vitest';
import { TimeBook } from '#training/time-book.ts';
import { HandClock } from '#test/support/in-memory-training.ts';

type Activity = 'work' | 'detail' | 'idle' | 'writing';

describe('TimeBook', () => {
  it('gives each moment to the innermost activity, and the rest to nobody in particular', async () => {
    const clock = new HandClock();
    const book = new TimeBook<Activity>(clock, 'idle');
    clock.advance(1);
    const answer = await book.during('work', async () => {
      clock.advance(10);
      const found = book.duringCall('detail', () => {
        clock.advance(100);
        return book.current;
      });
      clock.advance(20);
      return found;
    });
    clock.advance(2);
    expect(answer).toBe('detail');
    expect(Object.fromEntries(book.spentMs())).toEqual({ idle: 3, work: 30, detail: 100 });
  });

  it('takes an activity back when its work fails', async () => {
    const clock = new HandClock();
    const book = new TimeBook<Activity>(clock, 'idle');
    const failing = async (): Promise<never> => {
      clock.advance(5);
      throw new Error('no luck');
    };
    await expect(book.during('work', failing)).rejects.toThrow('no luck');
    clock.advance(7);
    expect(Object.fromEntries(book.spentMs())).toEqual({ work: 5, idle: 7 });
  });

  it('lets what goes on beside take what nobody has entered', () => {
    const clock = new HandClock();
    const book = new TimeBook<Activity>(clock, 'idle');
    clock.advance(1);
    book.otherwise = 'writing';
    clock.advance(10);
    book.duringCall('work', () => clock.advance(100));
    book.otherwise = 'idle';
    clock.advance(2);
    expect(Object.fromEntries(book.spentMs())).toEqual({ idle: 3, writing: 10, work: 100 });
  });
});
