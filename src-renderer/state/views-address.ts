/**
 * Augmentations as they stand in the address: the side, and what differs from its usual views. Those on the screen of
 * pairs, and those a new run is to be trained with.
 */
import { address } from './address.svelte.ts';
import { flatSettings, type SettingValue } from './flat-settings.ts';
import { usualViews, type ViewRecipe } from './view-settings.ts';

export interface ShownViews {
  readonly side: number;
  /** Of the first view, and of the second where it differs. */
  readonly branches: readonly [ViewRecipe, ViewRecipe | null];
}

const PARTS = {
  pairs: { side: 'side', first: 'views', second: 'views2' },
  training: { side: 'trainside', first: 'trainviews', second: 'trainviews2' },
} as const;
type Purpose = keyof typeof PARTS;

/** null: the address says nothing of them. */
export function viewsOfAddress(sides: readonly number[], purpose: Purpose): ShownViews | null {
  const parts = PARTS[purpose];
  const side = sides.find((one) => String(one) === address.get(parts.side));
  if (side === undefined) return null;
  const second = address.get(parts.second);
  return {
    side,
    branches: [
      changed(side, address.list(parts.first)),
      second === null ? null : changed(side, address.list(parts.second)),
    ],
  };
}

export function showViewsInAddress({ side, branches }: ShownViews, purpose: Purpose): void {
  const parts = PARTS[purpose];
  const [first, second] = branches;
  address.go(
    {
      [parts.side]: String(side),
      [parts.first]: changes(side, first),
      [parts.second]: second && [ALIKE, ...changes(side, second)],
    },
    true,
  );
}

export function forgetViewsInAddress(purpose: Purpose): void {
  address.go(Object.fromEntries(Object.values(PARTS[purpose]).map((part) => [part, null])), true);
}

/** Stands first where there is a second view, so that one with the usual settings is told from none. */
const ALIKE = 'second';

function changes(side: number, views: ViewRecipe): string[] {
  const usual = flatSettings(usualViews(side));
  return [...flatSettings(views)].flatMap(([path, value]) => (usual.get(path) === value ? [] : [`${path}:${value}`]));
}

/** The usual views with some settings changed; what no setting is called, or is of another kind, is passed over. */
function changed(side: number, texts: readonly string[]): ViewRecipe {
  const views = structuredClone(usualViews(side)) as Record<string, Record<string, SettingValue>>;
  for (const text of texts) {
    const [path = '', value = ''] = text.split(':');
    const [group = '', name = ''] = path.split('.');
    const now = views[group]?.[name];
    if (typeof now === 'number' && Number.isFinite(Number(value))) views[group]![name] = Number(value);
    else if (typeof now === 'string') views[group]![name] = value;
  }
  return views as unknown as ViewRecipe;
}
