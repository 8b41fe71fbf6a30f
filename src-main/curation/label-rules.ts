/**
 * Labels, splits and tags from where files lie: what a person meant by the folders, as far as names can tell.
 *
 * L1  A first folder called train, val or test (or a common variant) is a split, when at least two different splits
 *     appear, or every file lies in one.
 * L2  Folders of one level, the first below the split if there is one, are labels when there are 2 to 1,000 different
 *     names, at least two files in each, at least nine files in ten below one of them, and they look like names.
 * L3  Dates, counters and names that cameras give (`DCIM`, `100CANON`, `2021-05`, `IMG_0042`) are no labels: they
 *     become tags, and so does every folder below the label's. When one in five of the folders looks so, all do.
 * L4  One image in every folder, or everything in one folder: no labels; folder names become tags.
 * L5  Names are compared in Unicode form C; what is shown is that form.
 * L6  A user who says so has the last word: then every first folder is a label, or none is.
 */
export type Split = 'train' | 'val' | 'test';

export interface FileLabels {
  /** One for each path, in the order given; null for none. */
  readonly labels: readonly (string | null)[];
  readonly splits: readonly (Split | null)[];
  readonly tags: readonly (readonly string[])[];
  /** Why, in a sentence for the person who imports. */
  readonly reason: string;
}

const splitNames: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  trainset: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
  testset: 'test',
};

const MIN_NAMES = 2;
const MAX_NAMES = 1000;
const MIN_FILES_EACH = 2;
const MIN_SHARE_COVERED = 0.9;
const MAX_SHARE_MECHANICAL = 0.2;

const mechanicalNames: readonly RegExp[] = [
  /^\d{4}([-_. ]?\d{1,2}){0,2}$/, // 2021, 2021-05, 20210503
  /^\d{1,2}[-_. ]\d{1,2}[-_. ]\d{2,4}$/, // 03.05.2021
  /^\d{4}[-_. ]\d{2}[-_. ]\d{2}[T_ -].*$/, // 2021-05-03 holiday
  /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-_ ]?\d{2,4}$/,
  /^dcim$/,
  /^\d{3}[a-z_]{1,5}\d{0,3}$/, // 100CANON, 101_PANA, 100MSDCF
  /^(img|image|dsc|dscn|dscf|pict?|photo|scan|frame|batch|part|chunk|shard|folder|dir|new folder)[-_ ]?\(?\d+\)?$/,
  /^(images?|photos?|pictures?|camera|camera roll|screenshots?|downloads?|misc|untitled folder|new folder)$/,
];

/** True for dates, counters and what cameras and programs call folders. */
export function isMechanicalName(name: string): boolean {
  const plain = name.trim().toLowerCase();
  return mechanicalNames.some((pattern) => pattern.test(plain));
}

/**
 * @param relativePaths paths below the dataset's root, separated by `/`; the last part is the file.
 * @param choice [L6] what the user said, if anything.
 */
export function labelFiles(relativePaths: readonly string[], choice: 'auto' | 'always' | 'never' = 'auto'): FileLabels {
  const folders = relativePaths.map((path) => path.normalize('NFC').split('/').slice(0, -1));
  const splits = splitsOf(folders);
  const below = folders.map((parts, i) => (splits[i] === null ? parts : parts.slice(1)));
  const { areLabels, reason } = choice === 'auto' ? judge(below) : asSaid(choice, below);
  const isLabel = (parts: readonly string[]): boolean =>
    areLabels && parts.length > 0 && (choice === 'always' || !isMechanicalName(parts[0]!));
  return {
    labels: below.map((parts) => (isLabel(parts) ? parts[0]! : null)),
    splits,
    tags: below.map((parts) => [...new Set(isLabel(parts) ? parts.slice(1) : parts)]),
    reason,
  };
}

/** [L1] */
function splitsOf(folders: readonly (readonly string[])[]): readonly (Split | null)[] {
  const splits = folders.map((parts) => splitNames[parts[0]?.toLowerCase() ?? ''] ?? null);
  const different = new Set(splits.filter((split) => split !== null));
  const isMeant = different.size >= 2 || (different.size === 1 && splits.every((split) => split !== null));
  return isMeant ? splits : splits.map(() => null);
}

interface Judgement {
  readonly areLabels: boolean;
  readonly reason: string;
}

/** [L6] */
function asSaid(choice: 'always' | 'never', folders: readonly (readonly string[])[]): Judgement {
  if (choice === 'never') return no('Folders are tags, as you said.');
  const names = new Set(folders.flatMap(([name]) => name ?? []));
  return { areLabels: true, reason: `${names.size} folders are labels, as you said.` };
}

const no = (reason: string): Judgement => ({ areLabels: false, reason });

/** [L2] [L3] [L4] */
function judge(folders: readonly (readonly string[])[]): Judgement {
  const counts = new Map<string, number>();
  for (const [name] of folders) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === 0) return no('All images lie in one folder, so there are no labels.');
  const mechanical = [...counts.keys()].filter(isMechanicalName);
  if (mechanical.length > counts.size * MAX_SHARE_MECHANICAL) {
    return no(`Folders like "${mechanical[0]}" are dates, counters or a camera's, so they became tags.`);
  }
  const names = [...counts.keys()].filter((name) => !isMechanicalName(name));
  if (names.length < MIN_NAMES) return no(`There is a single folder, "${names[0]}", so it became a tag.`);
  if (names.length > MAX_NAMES) {
    return no(`There are ${names.length} folders, more than the ${MAX_NAMES} taken as labels, so they became tags.`);
  }
  const small = names.find((name) => counts.get(name)! < MIN_FILES_EACH);
  if (small !== undefined) return no(`The folder "${small}" holds a single image, so folders became tags.`);
  const covered = names.reduce((sum, name) => sum + counts.get(name)!, 0);
  if (covered < folders.length * MIN_SHARE_COVERED) {
    return no(
      `${folders.length - covered} of ${folders.length} images lie outside of folders, so folders became tags.`,
    );
  }
  return { areLabels: true, reason: `${names.length} folders became labels.` };
}
