/** What a new run is being set up with, as it stands in the address: what differs from an untouched form. */
import { address } from './address.svelte.ts';
import { type Dial, dialGroups, trainingTimes } from './dials.ts';
import type { SettingValue } from './flat-settings.ts';

type Setting = Exclude<SettingValue, null>;

export interface NewRunDials {
  /** One of the lengths offered; 0: `ownMinutes`. */
  readonly chosen: number;
  readonly ownMinutes: number | null;
  readonly preset: string;
  readonly name: string;
  /** By dotted path: those that were set. */
  readonly settings: Readonly<Record<string, Setting>>;
}

export const untouchedDials: NewRunDials = { chosen: 15, ownMinutes: 5, preset: 'auto', name: '', settings: {} };

/** For an address that says nothing of a new run. */
export const noNewRun = { time: null, minutes: null, preset: null, called: null, dials: null } as const;

const OWN = 'own';
const dialAt = new Map(dialGroups.flatMap(({ dials }) => dials.map((dial) => [dial.path, dial])));

/** What a dial is set to by a text; null: it takes no such value. */
export function settingOf(dial: Dial, text: string): Setting | null {
  if (dial.kind === 'choice') return dial.choices.find((choice) => String(choice) === text) ?? null;
  if (dial.kind === 'switch') return text === 'true' ? true : text === 'false' ? false : null;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
}

/** What no dial is called, and what a dial does not take, is passed over. */
export function newRunOfAddress(): NewRunDials {
  const time = address.get('time');
  const own = Number(address.get('minutes') ?? untouchedDials.ownMinutes);
  const offered = trainingTimes.find(({ minutes }) => String(minutes) === time)?.minutes;
  const settings = address.list('dials').flatMap((text): [string, Setting][] => {
    const [path = '', value = ''] = text.split(':');
    const dial = dialAt.get(path);
    const setting = dial ? settingOf(dial, value) : null;
    return setting === null ? [] : [[path, setting]];
  });
  return {
    chosen: time === OWN ? 0 : (offered ?? untouchedDials.chosen),
    ownMinutes: own > 0 && Number.isFinite(own) ? own : untouchedDials.ownMinutes,
    preset: address.get('preset') ?? untouchedDials.preset,
    name: (address.get('called') ?? untouchedDials.name).slice(0, 200),
    settings: Object.fromEntries(settings),
  };
}

export function showNewRunInAddress({ chosen, ownMinutes, preset, name, settings }: NewRunDials): void {
  const time = chosen === 0 ? OWN : String(chosen);
  const isOwn = ownMinutes !== null && ownMinutes !== untouchedDials.ownMinutes;
  address.go(
    {
      time: chosen === untouchedDials.chosen ? null : time,
      minutes: isOwn ? String(ownMinutes) : null,
      preset: preset === untouchedDials.preset ? null : preset,
      called: name,
      dials: Object.entries(settings).map(([path, value]) => `${path}:${value}`),
    },
    true,
  );
}
