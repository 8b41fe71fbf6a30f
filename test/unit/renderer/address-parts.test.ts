import { describe, expect, it } from 'vitest';
import { placeOfLink } from '../../../src-renderer/state/address-parts.ts';

describe('placeOfLink', () => {
  it('leads to a screen with its parts, and clears all others', () => {
    const place = placeOfLink('kindred://train?run=r1&text=a%26b');
    expect(place).toMatchObject({ screen: 'train', run: 'r1', text: 'a&b', labels: null, open: null });
  });

  it.each(['kindred://settings', 'kindred:train', 'kindred://', 'http://train?run=r1', 'no link', ''])(
    'leads nowhere from %j',
    (link) => expect(placeOfLink(link)).toBeNull(),
  );

  it('takes no part that the address does not know', () => {
    expect(Object.keys(placeOfLink('kindred://map?code=x&__proto__=y')!)).not.toContain('code');
  });
});
