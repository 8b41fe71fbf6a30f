import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Inbox } from '#hosts/engine/inbox.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_S = 24 * 3600;

async function keptQuery(inbox: Inbox, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  return inbox.keepQuery(new Blob([bytes]).stream(), bytes.length);
}

function lookedAt(folder: string, uploadId: string, daysAgo: number): void {
  const seconds = Date.now() / 1000 - daysAgo * DAY_S;
  utimesSync(join(folder, 'queries', uploadId), seconds, seconds);
}

describe('pictures to search by', () => {
  it('go when nobody has looked at them for a month, and only then', async () => {
    const folder = temporaryFolder();
    const inbox = new Inbox(folder);
    const [forgotten, recent, used] = [
      await keptQuery(inbox, 'a'),
      await keptQuery(inbox, 'b'),
      await keptQuery(inbox, 'c'),
    ];
    lookedAt(folder, forgotten, 31);
    lookedAt(folder, recent, 29);
    lookedAt(folder, used, 31);
    expect(inbox.queryPath(used)).not.toBeNull();
    await inbox.forgetQueries();
    expect(inbox.queryPath(forgotten)).toBeNull();
    expect(readdirSync(join(folder, 'queries')).toSorted()).toEqual([recent, used].toSorted());
  });

  it('of a library that never had any are no fault', async () => {
    await new Inbox(temporaryFolder()).forgetQueries();
  });
});
