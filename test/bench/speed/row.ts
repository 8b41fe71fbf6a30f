/** What the speed bench is made of: rows, and in each the contestants that take turns. */

/** A contestant that has been started and rests until its turn. */
export interface Racer {
  /** One turn. @returns a value in the row's unit. */
  readonly turn: () => Promise<number>;
  /** What else is worth knowing of it, asked for after the last turn. */
  readonly facts: () => Readonly<Record<string, number | string>>;
  readonly stop: () => Promise<void>;
}

export interface Contestant {
  readonly name: string;
  /** Resolves when it is warm. */
  readonly start: () => Promise<Racer>;
}

export interface Row {
  /** As it is asked for: `npm run bench -- NAME`; a family's name asks for all of its rows. */
  readonly name: string;
  readonly family: string;
  readonly title: string;
  readonly unit: 'views/s' | 'images/s' | 'MB' | '% kNN' | 'ms' | 's' | 'images';
  /** What is asked; null where nothing is. */
  readonly target: Target | null;
  readonly turns: number;
  /** The first is the one that the ratio is made of; others of ours are shown beside it. */
  readonly ours: readonly Contestant[];
  readonly peers: readonly Contestant[];
}

/** How ours stands to the peer's best: at least `least` times, or at most `most` times. */
export type Target =
  { readonly least: number } | { readonly most: number } | { readonly pointsAhead: number } | OwnTarget;

/** What is asked of ours alone, in the row's unit; such a row has no peer. */
export type OwnTarget = { readonly below: number } | { readonly reaches: number };

export function isOwnTarget(target: Target | null): target is OwnTarget {
  return target !== null && ('below' in target || 'reaches' in target);
}

/** Where the bench was asked to run, and how long. */
export interface BenchContext {
  /** A Python with `test/bench/peers/requirements.txt`; null: ours alone is measured. */
  readonly python: string | null;
  /** Short turns, few of them: to see that a bench works. */
  readonly isQuick: boolean;
  /** How long each side learns in rows of a given time. */
  readonly minutes: number;
  /** CIFAR-10 as folders, `train/CLASS/*` and `test/CLASS/*`; null: rows that need it are left out. */
  readonly cifar: string | null;
  /** Photos made by `make-photos`; made when first needed. */
  readonly photos: () => Promise<string>;
  /** An empty folder that is gone afterwards. */
  readonly scratch: string;
  readonly note: (text: string) => void;
}
