/** What an address of the window may hold: a screen, and parts by name. */
export const screens = ['images', 'pairs', 'train', 'map'] as const;
export type Screen = (typeof screens)[number];

/** Everything in the address beside the screen; absent when empty. */
export const addressParts = [
  'dataset',
  'labels',
  'tags',
  'splits',
  'states',
  'folders',
  'traits',
  'years',
  'text',
  'only',
  'selected',
  'sort',
  'zoom',
  'open',
  'colour',
  'place',
  'side',
  'views',
  'views2',
  'trainside',
  'trainviews',
  'trainviews2',
  'time',
  'minutes',
  'preset',
  'called',
  'dials',
  'like',
  'unlike',
  'by',
  'run',
  'runs',
] as const;
export type AddressPart = (typeof addressParts)[number];

export function isScreen(text: string | null): text is Screen {
  return screens.some((screen) => screen === text);
}

/**
 * Where a link from outside leads, `kindred://train?run=ID`: the same parts as in the window's own address, so a link
 * shows something and does nothing. Parts that are not named are left.
 *
 * @returns every part, null for those to be left out; null for what is no such link.
 */
export function placeOfLink(link: string): Record<AddressPart | 'screen', string | null> | null {
  const url = URL.parse(link);
  if (url?.protocol !== 'kindred:' || !isScreen(url.host)) return null;
  const parts = Object.fromEntries(addressParts.map((part) => [part, url.searchParams.get(part)]));
  return { ...(parts as Record<AddressPart, string | null>), screen: url.host };
}
