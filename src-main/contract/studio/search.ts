import { oc } from '@orpc/contract';
import { z } from 'zod';
import { viewSchema } from '../training-config.ts';
import { fileCellSchema, fileFilterSchema } from './files.ts';

/** One example of a query: an image of the library, or an uploaded picture, whole or a region in upright pixels. */
const exampleSchema = z.strictObject({
  imageId: z.int().optional(),
  /** SHA-256 of its bytes. */
  uploadId: z.string().max(64).optional(),
  region: z
    .strictObject({ x: z.int().min(0), y: z.int().min(0), width: z.int().min(1), height: z.int().min(1) })
    .optional(),
});

const encoderSchema = z.object({ key: z.string(), title: z.string(), isBaseline: z.boolean() });

export const searchContract = {
  /** The upright size of an example's picture, in which its region is given. */
  exampleSize: oc.input(exampleSchema.omit({ region: true })).output(z.object({ widthPx: z.int(), heightPx: z.int() })),
  /** Who can answer about a dataset's images: the one that does when a question does not say comes first. */
  encoders: oc
    .input(z.strictObject({ datasetId: z.int().nullable() }))
    .output(z.array(encoderSchema.extend({ isChosen: z.boolean() }))),
  /** Settles on who answers about a dataset's images and lays out its map; null: whichever is the newest that can. */
  chooseEncoder: oc
    .input(z.strictObject({ datasetId: z.int(), encoderKey: z.string().max(300).nullable() }))
    .output(z.object({})),
  similar: oc
    .input(
      z.strictObject({
        like: z.array(exampleSchema).min(1).max(50),
        unlike: z.array(exampleSchema).max(50).default([]),
        filter: fileFilterSchema.prefault({}),
        top: z.int().min(1).max(1000).default(100),
        /** Key of the encoder to answer; one that can't any more, or none: the first of `encoders`. */
        encoderKey: z.string().max(300).nullable().default(null),
      }),
    )
    .output(
      z.object({
        /** Who answers: the baseline, or a run's name and step. */
        encoder: encoderSchema,
        /** Images of the filter that this encoder has not seen yet. */
        notSeen: z.int(),
        results: z.array(z.object({ cell: fileCellSchema, score: z.number() })),
      }),
    ),
};

export const pairContract = {
  /**
   * Augmented pairs of images, drawn by the views of training. An image may be asked for
   * more than once and is drawn anew each time. The views come over GET `/pictures/pairs/<pairsId>`: uint8
   * [2N, side, side, 3], all first views before all second ones. Boxes are in upright pixels of the original.
   */
  draw: oc
    .input(
      z.strictObject({
        imageIds: z.array(z.int()).min(1).max(64),
        side: z.int().min(8).max(512),
        views: viewSchema,
        secondViews: viewSchema.nullable().default(null),
        seed: z.int().min(0),
      }),
    )
    .output(
      z.object({
        pairsId: z.string(),
        pairs: z.array(
          z.object({
            imageId: z.int(),
            /** Size of the upright original. */
            widthPx: z.int(),
            heightPx: z.int(),
            boxes: z.array(z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })).length(2),
          }),
        ),
      }),
    ),
};

const mapQuestionSchema = z.strictObject({
  datasetId: z.int(),
  again: z.boolean().default(false),
  /** As in `search.similar`. */
  encoderKey: z.string().max(300).nullable().default(null),
  /** Asked as something has changed, and not by somebody: another encoder's layout is waited for, not stopped. */
  isFollowing: z.boolean().default(false),
});

export const mapContract = {
  /**
   * The map of a dataset by an encoder; starts a job when there is none yet, or when it is asked for again. One that is
   * there stays when images come or go. Points come over GET.
   */
  open: oc.input(mapQuestionSchema).output(
    z.object({
      /** The newest there is; null: none yet. */
      mapId: z.string().nullable(),
      /** At work on a newer one. */
      jobId: z.string().nullable(),
      /** A newer one is wanted, and begins by itself when the images that come in are all there. */
      isWaiting: z.boolean(),
      /** What it waits for is the layout of another encoder's map. */
      isBehind: z.boolean(),
      /** False: images have come or gone since, `missing` more than are on it. */
      isNewest: z.boolean(),
      missing: z.int(),
      /** Why there is no newer one and none is being made: how the last attempt ended. */
      stopped: z.string().nullable(),
      encoder: encoderSchema,
    }),
  ),
};
