/** The views that were kept of the dataset on screen, and whether one of them is on screen now. */
import type { FileFilter, FileSort } from '../../src-main/contract/studio/files.ts';
import type { SavedView } from '../../src-main/contract/studio/views.ts';
import { address } from './address.svelte.ts';
import { addressOfFiles } from './file-sets.ts';
import { filterOf, noFilter, sortOf } from './filter-address.ts';
import type { Studio } from './studio.svelte.ts';

type ViewFilter = Omit<FileFilter, 'datasetId'>;
const PARTS = ['labels', 'tags', 'splits', 'folders', 'traits', 'years'] as const;
const USUAL_STATES = ['present', 'missing'];

class SavedViews {
  #list = $state.raw<readonly SavedView[]>([]);
  #datasetId: number | null = null;

  /** By name. */
  get list(): readonly SavedView[] {
    return this.#list;
  }

  /** The one that shows just what is on screen; null when none does. */
  get shown(): SavedView | null {
    const now = textOf(shownSettings());
    return this.#list.find((view) => textOf(view) === now) ?? null;
  }

  /** Loads the views of a dataset and follows them; returns how to stop. */
  follow(studio: Studio, datasetId: number | null): () => void {
    if (datasetId !== this.#datasetId) this.#list = [];
    this.#datasetId = datasetId;
    const load = async (): Promise<void> => {
      if (datasetId === null) return;
      const list = await studio.ask((engine) => engine.view.list({ datasetId }));
      if (list && datasetId === this.#datasetId) this.#list = list;
    };
    void load();
    return studio.onViewsChanged(() => void load());
  }
}

export const savedViews = new SavedViews();

/** What the address shows, as a view without a name. */
export function shownSettings(): Omit<SavedView, 'name'> {
  const { datasetId: _, ...filter } = filterOf(null);
  return { filter, sort: sortOf() };
}

/** True where the address shows anything but all files by name. */
export const isNarrowed = (): boolean => textOf(shownSettings()) !== ALL_FILES;

/** Goes to a view. */
export function showView({ filter, sort }: Omit<SavedView, 'name'>): void {
  const parts = Object.fromEntries(PARTS.map((part) => [part, partOf(filter[part])]));
  address.go({
    screen: 'images',
    like: null,
    unlike: null,
    ...noFilter,
    ...parts,
    states: filter.states.join() === USUAL_STATES.join() ? null : filter.states,
    text: filter.text,
    only: addressOfFiles(filter.files),
    sort: sort === 'path' ? null : sort,
  });
}

/** Of one value that is empty (no label) the list is told apart from no list by its second one. */
const partOf = (values: readonly string[]): readonly string[] | null =>
  values.length === 0 ? null : values.length === 1 && values[0] === '' ? ['', ''] : values;

/** Equal for views that show the same, in whatever order their values were chosen. */
function textOf({ filter, sort }: { readonly filter: ViewFilter; readonly sort: FileSort }): string {
  const sets = [...PARTS, 'states' as const].map((part) => [...new Set(filter[part])].toSorted());
  return JSON.stringify([sets, filter.text, filter.files, sort]);
}

const ALL_FILES = textOf({
  filter: {
    labels: [],
    tags: [],
    splits: [],
    states: ['present', 'missing'],
    folders: [],
    traits: [],
    years: [],
    text: '',
    files: '',
  },
  sort: 'path',
});
