/** A change of what the user said of a library, as data: applied, it gives the change that takes it back. */
import { z } from 'zod';
import type { DatasetId, ImageId } from '#base/ids.ts';
import { freeName } from '../importing/choose-dataset.ts';
import type { LibraryStores } from '../ports/library.ts';
import { refuseWhileTraining } from '../remove-dataset.ts';

const imageIdSchema = z.int().transform((id) => id as ImageId);
const datasetIdSchema = z.int().transform((id) => id as DatasetId);
const pairsSchema = z.array(z.tuple([imageIdSchema, z.string()]));

export const fileChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('labels'), labels: z.array(z.tuple([imageIdSchema, z.string().nullable()])) }),
  z.strictObject({ kind: z.literal('tags'), add: pairsSchema, remove: pairsSchema }),
  z.strictObject({
    kind: z.literal('folderLabels'),
    datasetId: datasetIdSchema,
    choice: z.enum(['auto', 'always', 'never']),
  }),
  z.strictObject({ kind: z.literal('datasetRemoval'), datasetId: datasetIdSchema, isRemoved: z.boolean() }),
  /** settings null: there is no view of this name. */
  z.strictObject({ kind: z.literal('savedView'), datasetId: datasetIdSchema, name: z.string(), settings: z.unknown() }),
  /** Who answers about the dataset; null: the newest that can. */
  z.strictObject({ kind: z.literal('encoderChoice'), datasetId: datasetIdSchema, key: z.string().nullable() }),
]);
export type FileChange = z.infer<typeof fileChangeSchema>;
export type LabelChange = Extract<FileChange, { kind: 'labels' }>;
export type TagChange = Extract<FileChange, { kind: 'tags' }>;
type EncoderChoice = Extract<FileChange, { kind: 'encoderChoice' }>;

/**
 * Carries a change out, within a transaction of the caller's. What is gone by now is passed over.
 *
 * @throws KindredError `run.active` when a dataset can't leave because a run needs it.
 */
export function applyChange(stores: LibraryStores, change: FileChange, nowMs: number): FileChange {
  if (change.kind === 'labels') return setLabels(stores, change);
  if (change.kind === 'tags') return changeTags(stores, change);
  if (change.kind === 'datasetRemoval') return changeRemoval(stores, change, nowMs);
  if (change.kind === 'savedView') return changeView(stores, change);
  if (change.kind === 'encoderChoice') return chooseEncoder(stores, change);
  const before = stores.datasets.folderLabels(change.datasetId);
  stores.datasets.setFolderLabels(change.datasetId, change.choice);
  return { ...change, choice: before };
}

/** What is not so yet, of images that are there. */
export function changesNeeded<C extends LabelChange | TagChange>({ images }: LibraryStores, change: C): C {
  const isThere = (id: ImageId): boolean => images.find(id) !== null;
  if (change.kind === 'labels') {
    return { ...change, labels: change.labels.filter(([id, label]) => images.labelOf(id) !== label && isThere(id)) };
  }
  const has = ([id, tag]: readonly [ImageId, string]): boolean => images.tagsOf(id).includes(tag);
  const add = change.add.filter((pair) => !has(pair) && isThere(pair[0]));
  return { ...change, add, remove: change.remove.filter(has) };
}

function setLabels(stores: LibraryStores, change: LabelChange): LabelChange {
  const { images } = stores;
  const before = changesNeeded(stores, change).labels.map(([id, label]): LabelChange['labels'][number] => {
    const had = images.labelOf(id);
    images.setLabel(id, label);
    return [id, had];
  });
  return { kind: 'labels', labels: before };
}

function changeTags(stores: LibraryStores, change: TagChange): TagChange {
  const { images } = stores;
  const { add, remove } = changesNeeded(stores, change);
  for (const [id, tag] of add) images.addTag(id, tag);
  for (const [id, tag] of remove) images.removeTag(id, tag);
  return { kind: 'tags', add: remove, remove: add };
}

function changeView(
  { datasets, savedViews }: LibraryStores,
  { datasetId, name, settings }: Extract<FileChange, { kind: 'savedView' }>,
): Extract<FileChange, { kind: 'savedView' }> {
  const before = savedViews.find(datasetId, name);
  if (settings === null) savedViews.remove(datasetId, name);
  else if (datasets.find(datasetId) !== null) savedViews.put({ datasetId, name, settings });
  return { kind: 'savedView', datasetId, name: before?.name ?? name, settings: before?.settings ?? null };
}

function chooseEncoder({ datasets }: LibraryStores, change: EncoderChoice): EncoderChoice {
  const before = datasets.encoderChoice(change.datasetId);
  datasets.setEncoderChoice(change.datasetId, change.key);
  return { ...change, key: before };
}

/** A name that was given away meanwhile comes back with a number. */
function changeRemoval(
  stores: LibraryStores,
  { kind, datasetId, isRemoved }: Extract<FileChange, { kind: 'datasetRemoval' }>,
  nowMs: number,
): Extract<FileChange, { kind: 'datasetRemoval' }> {
  const { datasets } = stores;
  const removedName = datasets.removed.nameOf(datasetId);
  if (isRemoved) {
    refuseWhileTraining(stores, datasetId);
    datasets.removed.putAway(datasetId, nowMs);
  } else if (removedName !== null) datasets.removed.bringBack(datasetId, freeName(datasets, removedName));
  return { kind, datasetId, isRemoved: removedName !== null };
}

/** True for a change that changes nothing. */
export function isEmpty(change: FileChange): boolean {
  if (change.kind === 'labels') return change.labels.length === 0;
  return change.kind === 'tags' && change.add.length + change.remove.length === 0;
}
