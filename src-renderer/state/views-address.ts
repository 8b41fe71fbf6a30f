/** The augmentations on the screen of pairs, as they stand in the address: the side, and what differs from its usual views. */
import { address } from './address.svelte.ts';
import { flatSettings, type SettingValue } from './flat-settings.ts';
import { usualViews, type ViewRecipe } from './view-settings.ts';

export interface ShownViews {
  readonly side: number;
  /** Of the first view, and of the second where it differs. */
  readonly branches: readonly [ViewRecipe, ViewRecipe | null];
}

/** null: the address says nothing of them. */
export function viewsOfAddress(sides: readonly number[]): ShownViews | null {
  const side = sides.find((one) => String(one) === address.get('side'));
  if (side === undefined) return null;
  const second = address.get('views2');
  return {
    side,
    branches: [changed(side, address.list('views')), second === null ? null : changed(side, address.list('views2'))],
  };
}

export function showViewsInAddress({ side, branches }: ShownViews): void {
  const [first, second] = branches;
  address.go(
    { side: String(side), views: changes(side, first), views2: second && [ALIKE, ...changes(side, second)] },
    true,
  );
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
