import { basename, relative, sep } from 'node:path';
import { labelFiles } from '#curation/label-rules.ts';
import type { FileScanner, PathProblem, ScannedFile } from '../ports/images.ts';
import type { DatasetRoot, FilePlace, FolderLabels, Split } from '../ports/library.ts';

/** A path that can't be used, with where it was found. */
export interface PlacedProblem {
  readonly place: FilePlace;
  readonly problem: PathProblem;
}

/** What lies on disk, each path once, in scan order. */
export interface DatasetScan {
  readonly files: readonly FilePlace[];
  readonly problems: readonly PlacedProblem[];
  /** Why folders became labels or did not, in a sentence. */
  readonly labelReason: string;
}

/** Folder names that say a split; as a root they speak for all below. */
const SPLIT_NAME = /^(train|training|val|valid|validation|test|testing)$/i;

/** What the folders a file lies in say of it. */
interface FolderFacts {
  readonly label: string | null;
  readonly tags: readonly string[];
  readonly split: Split | null;
}

interface Found {
  readonly root: DatasetRoot;
  readonly file: ScannedFile;
}

/**
 * What the rules for labels look at. With several roots, or a root called like a split, the root's own name counts as
 * the first folder.
 */
function labelPath({ root, file }: Found, rootCount: number): string {
  const rootName = basename(root.path);
  const isSpeaking = rootCount > 1 || SPLIT_NAME.test(rootName);
  return isSpeaking ? `${rootName}/${file.relativePath}` : file.relativePath;
}

function placeOf(root: DatasetRoot, file: ScannedFile, facts: FolderFacts): FilePlace {
  return {
    rootId: root.id,
    path: file.path,
    relativePath: file.relativePath,
    sizeBytes: file.sizeBytes,
    modifiedMs: file.modifiedMs,
    folderLabel: facts.label,
    folderTags: facts.tags,
    split: facts.split,
  };
}

function problemPlace(root: DatasetRoot, problem: PathProblem): FilePlace {
  const relativePath = problem.relativePath ?? relative(root.path, problem.path).split(sep).join('/');
  return {
    rootId: root.id,
    path: problem.path,
    relativePath: relativePath === '' ? '.' : relativePath,
    sizeBytes: null,
    modifiedMs: null,
    folderLabel: null,
    folderTags: [],
    split: null,
  };
}

/**
 * Walks all roots of a dataset and reads labels, tags and splits off the paths. Roots may overlap: a path counts for
 * the first root that reaches it.
 *
 * @param choice whether folders are labels: by their names, or as the user said.
 * @param onFound called now and then with the number of files found so far.
 */
export async function scanDataset(
  scanner: FileScanner,
  roots: readonly DatasetRoot[],
  choice: FolderLabels,
  signal: AbortSignal,
  onFound: (files: number) => void,
): Promise<DatasetScan> {
  const found: Found[] = [];
  const problems: PlacedProblem[] = [];
  const seen = new Set<string>();
  for (const root of roots) {
    for await (const batch of scanner.scan([root.path], signal)) {
      for (const file of batch.files) {
        if (!seen.has(file.path)) found.push({ root, file });
        seen.add(file.path);
      }
      for (const problem of batch.problems) {
        if (!seen.has(problem.path)) problems.push({ place: problemPlace(root, problem), problem });
        seen.add(problem.path);
      }
      onFound(found.length);
    }
  }
  const said = labelFiles(
    found.map((one) => labelPath(one, roots.length)),
    choice,
  );
  const files = found.map(({ root, file }, i) =>
    placeOf(root, file, { label: said.labels[i]!, tags: said.tags[i]!, split: said.splits[i]! }),
  );
  return { files, problems, labelReason: said.reason };
}
