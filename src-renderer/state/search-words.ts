/** What is said while a search takes long. */

/** An example of a search, as far as it is spoken of. */
interface Sought {
  readonly imageId?: number;
  readonly uploadId?: string;
  readonly region?: object;
}

/**
 * What the engine does before it searches, as far as the window can know: a picture from outside and a part of one have no
 * vector yet. Whole images of the library mostly have, so nothing is claimed of them.
 */
export function slowSearchWords(examples: readonly Sought[]): string {
  const parts = examples.filter(({ region }) => region !== undefined).length;
  const outside = examples.filter(({ uploadId, region }) => uploadId !== undefined && region === undefined).length;
  if (parts + outside === 0) return 'Searching …';
  const what = [
    ...(outside === 0 ? [] : [outside === 1 ? 'a picture from outside' : `${outside} pictures from outside`]),
    ...(parts === 0 ? [] : [parts === 1 ? 'a part of a picture' : `${parts} parts of pictures`]),
  ].join(' and ');
  const verb = parts + outside === 1 ? 'is' : 'are';
  return `Searching … ${what.charAt(0).toUpperCase()}${what.slice(1)} ${verb} looked at first.`;
}
