/** Everything that can be done from the palette, from the desktop's menu, or by a key. */
import { isolated } from '../../src-main/contract/isolated-name.ts';
import type { Screen } from './address.svelte.ts';
import { address } from './address.svelte.ts';
import { dialogs } from './dialogs.svelte.ts';
import { noFilter, showDataset, sortNames } from './filter-address.ts';
import { savedViews, showView } from './saved-views.svelte.ts';
import type { Studio } from './studio.svelte.ts';
import { theme } from './theme.svelte.ts';

export interface Command {
  /** As the desktop's menu names it; unique. */
  readonly name: string;
  readonly title: string;
  /** Shown beside it. */
  readonly keys: string;
  readonly run: () => void;
}

const SCREENS: readonly (readonly [Screen, string])[] = [
  ['images', 'Images'],
  ['pairs', 'Pairs'],
  ['train', 'Train'],
  ['map', 'Map'],
];

const command = (name: string, title: string, keys: string, run: () => void): Command => ({ name, title, keys, run });

/** What is possible now, the most likely first. */
export function commandsOf(studio: Studio): readonly Command[] {
  return [
    ...placeCommands(studio),
    ...runCommands(studio),
    ...libraryCommands(studio),
    ...listCommands(studio),
    ...windowCommands(),
  ];
}

function placeCommands(studio: Studio): Command[] {
  if ((studio.datasets?.length ?? 0) === 0) return [];
  return [
    ...SCREENS.map(([screen, title], i) =>
      command(`go.${screen}`, `Go to ${title}`, String(i + 1), () => address.go({ screen })),
    ),
    ...savedViews.list.map((view) =>
      command(`view.${view.name}`, `Show the view “${isolated(view.name)}”`, '', () => showView(view)),
    ),
  ];
}

const COLOURS = ['label', 'tag', 'cluster', 'split', 'quality'];

/** What is shown of the files, and how. */
function listCommands(studio: Studio): Command[] {
  if ((studio.datasets?.length ?? 0) === 0) return [];
  const show = (change: Parameters<typeof address.go>[0]) => () => address.go({ screen: 'images', ...change });
  return [
    command('filters.clear', 'Clear all filters', '', show({ ...noFilter, like: null, unlike: null })),
    command('files.problems', 'Show files that can’t be used', '', show({ ...noFilter, states: ['problem'] })),
    ...sortNames.map(([sort, words]) => command(`sort.${sort}`, `Sort files ${words}`, '', show({ sort }))),
    ...COLOURS.map((by) =>
      command(`colour.${by}`, `Colour the map by ${by}`, '', () =>
        address.go({ screen: 'map', colour: by === 'label' ? null : by }),
      ),
    ),
  ];
}

function runCommands(studio: Studio): Command[] {
  const act = (verb: 'pause' | 'resume' | 'keep', id: string) => (): void => {
    void studio.ask((engine) => engine.run[verb]({ id }));
  };
  const active = studio.activeRun;
  const shown = studio.runs.find(({ id }) => id === address.get('run'));
  const isResting = shown?.status === 'paused' || shown?.status === 'failed';
  return [
    ...(studio.dataset === null
      ? []
      : [command('run.new', 'New run', '', () => address.go({ screen: 'train', run: null, runs: null }))]),
    ...(active ? [command('run.pause', `Pause “${isolated(active.name)}”`, '', act('pause', active.id))] : []),
    ...(active ? [command('run.keep', `Stop and keep “${isolated(active.name)}”`, '', act('keep', active.id))] : []),
    ...(shown && isResting
      ? [command('run.resume', `Resume “${isolated(shown.name)}”`, '', act('resume', shown.id))]
      : []),
    ...studio.runs.map(({ id, name }) =>
      command(`run.${id}`, `Show the run “${isolated(name)}”`, '', () =>
        address.go({ screen: 'train', run: id, runs: null }),
      ),
    ),
  ];
}

function libraryCommands(studio: Studio): Command[] {
  const { undo, redo } = studio.undoable;
  const { dataset } = studio;
  const lookAgain = (id: number): void => void studio.ask((engine) => engine.dataset.rescan({ id }));
  return [
    command('dataset.add', 'Add folders …', '', () => dialogs.show('add')),
    ...(dataset === null
      ? []
      : [command('dataset.rescan', `Look at ${isolated(dataset.name)} again`, '', () => lookAgain(dataset.id))]),
    ...(undo === null ? [] : [command('undo', `Undo: ${undo}`, 'Ctrl Z', () => void studio.undo())]),
    ...(redo === null ? [] : [command('redo', `Redo: ${redo}`, 'Ctrl Shift Z', () => void studio.redo())]),
    ...(studio.datasets ?? []).map(({ id, name }) =>
      command(`dataset.${id}`, `Show the data set ${isolated(name)}`, '', () => showDataset(id)),
    ),
  ];
}

function windowCommands(): Command[] {
  return [
    command('palette.open', 'All commands', 'Ctrl K', () => dialogs.show('palette')),
    command('shortcuts.show', 'Keyboard shortcuts', '?', () => dialogs.show('shortcuts')),
    command('search.focus', 'Find by name', '/', focusSearch),
    command('theme.light', 'Theme: light', '', () => theme.choose('light')),
    command('theme.dark', 'Theme: dark', '', () => theme.choose('dark')),
    command('theme.system', 'Theme: as the system', '', () => theme.choose('system')),
  ];
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('[data-shortcut="search"]')?.focus();
}

/**
 * Commands whose titles hold every word typed: first those that begin with the text, then those of which each is a whole
 * word, then the rest.
 */
export function matching<T extends Pick<Command, 'title'>>(commands: readonly T[], text: string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const rank = ({ title }: T): number => {
    const lower = title.toLowerCase();
    if (lower.startsWith(words[0] ?? '')) return 0;
    const whole = new Set(lower.split(/[\s:“”]+/));
    return words.every((word) => whole.has(word)) ? 1 : 2;
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}
