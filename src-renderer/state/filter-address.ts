/** The filter, sort and search of the images screen, as they stand in the address. */
import type { FileFilter, FileSort, Trait } from '../../src-main/contract/studio/files.ts';
import { address, type Screen } from './address.svelte.ts';
import { filesOfAddress } from './file-sets.ts';
import { selection } from './selection.svelte.ts';

/** How files may be sorted, in words. */
export const sortNames: readonly (readonly [FileSort, string])[] = [
  ['path', 'by name'],
  ['newest', 'newest first'],
  ['captured', 'by capture date'],
  ['largest', 'largest first'],
  ['darkest', 'darkest first'],
  ['brightest', 'brightest first'],
  ['blurriest', 'blurriest first'],
];
const SPLITS = ['train', 'val', 'test', ''] as const;
const TRAITS: readonly Trait[] = ['dark', 'bright', 'blurred', 'plain', 'small', 'large'];
const STATES = ['present', 'missing', 'problem'] as const;

export function filterOf(datasetId: number | null): FileFilter {
  const states = STATES.filter((state) => address.list('states').includes(state));
  return {
    datasetId,
    labels: [...address.list('labels')],
    tags: [...address.list('tags')],
    splits: SPLITS.filter((split) => address.list('splits').includes(split)),
    states: states.length > 0 ? states : ['present', 'missing'],
    folders: [...address.list('folders')],
    traits: TRAITS.filter((trait) => address.list('traits').includes(trait)),
    years: [...address.list('years')],
    text: address.get('text') ?? '',
    files: filesOfAddress(address.get('only')),
  };
}

/** What a person may have narrowed the files by; each set to null shows all. */
export const noFilter = {
  labels: null,
  tags: null,
  splits: null,
  states: null,
  folders: null,
  traits: null,
  years: null,
  text: null,
  only: null,
} as const;

/** Goes to a dataset's images; what was narrowed, searched, open or selected belongs to another. */
export function showDataset(id: number | null, screen: Screen = 'images'): void {
  selection.clear();
  const gone = { like: null, unlike: null, open: null, by: null, place: null, ...noFilter };
  address.go({ screen, dataset: id === null ? null : String(id), ...gone });
}

export function sortOf(): FileSort {
  return sortNames.find(([sort]) => sort === address.get('sort'))?.[0] ?? 'path';
}

/** More than this of either kind a search does not take. */
export const MOST_EXAMPLES = 50;

/** An example to search by: an image of the library or an upload, whole or a region of it. */
export interface Example {
  readonly imageId?: number;
  readonly uploadId?: string;
  /** In pixels of the upright original. */
  readonly region?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** `12`, `uABC`, each optionally with `@x.y.width.height`. */
export function parseExample(text: string): Example | null {
  const [who = '', where] = text.split('@');
  const numbers = where?.split('.').map(Number) ?? [];
  const [x, y, width, height] = numbers;
  const isRegion = numbers.length === 4 && numbers.every((n) => Number.isInteger(n) && n >= 0);
  const region = isRegion ? { region: { x: x!, y: y!, width: width!, height: height! } } : {};
  if (/^u[\w-]+$/.test(who)) return { uploadId: who.slice(1), ...region };
  return /^\d+$/.test(who) ? { imageId: Number(who), ...region } : null;
}

export function writeExample({ imageId, uploadId, region }: Example): string {
  const where = region ? `@${[region.x, region.y, region.width, region.height].map(Math.round).join('.')}` : '';
  return `${imageId ?? `u${uploadId}`}${where}`;
}

export function examplesOf(part: 'like' | 'unlike'): Example[] {
  return address.list(part).flatMap((text) => parseExample(text) ?? []);
}
