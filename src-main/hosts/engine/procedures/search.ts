import type { PictureSize } from '#application/ports/images.ts';
import { type SearchExample, searchImages } from '#application/search-images.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId, ImageId } from '#base/ids.ts';
import type { FileCell } from '#contract/studio/files.ts';
import { encoderTitle } from '../encoder-title.ts';
import type { StudioSession } from '../studio-session.ts';
import { requireDataset } from './datasets.ts';
import { studio } from './implementer.ts';

interface Example {
  readonly imageId?: number | undefined;
  readonly uploadId?: string | undefined;
  readonly region?:
    { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
}

/** @throws KindredError `usage.invalid`, `image.missing` for an upload that is not here. */
function exampleOf(session: StudioSession, { imageId, uploadId, region = undefined }: Example): SearchExample {
  if (imageId !== undefined) return { kind: 'image', imageId: imageId as ImageId, region: region ?? null };
  if (uploadId === undefined) throw new KindredError('usage.invalid', 'An example is an image or an upload.');
  return { kind: 'file', path: uploadPath(session, uploadId), region: region ?? null };
}

/** @throws KindredError `image.missing` when the library does not hold it. */
function uploadPath({ inbox }: StudioSession, uploadId: string): string {
  const path = inbox.queryPath(uploadId);
  if (path !== null) return path;
  throw new KindredError('image.missing', 'The dropped picture is no longer here. Drop it again.', { uploadId });
}

/** @throws KindredError `usage.invalid`, `image.missing`. */
async function sizeOf(session: StudioSession, example: Example): Promise<PictureSize> {
  const found = exampleOf(session, example);
  if (found.kind === 'file') return (await session.wiring.decoder()).size(found.path);
  const image = session.stores.images.find(found.imageId);
  if (image === null) throw new KindredError('image.missing', 'The image is no longer in the library.');
  return { widthPx: image.widthPx, heightPx: image.heightPx };
}

export const searchProcedures = {
  exampleSize: studio.search.exampleSize.handler(({ input, context: { session } }) => sizeOf(session, input)),
  encoders: studio.search.encoders.handler(async ({ input, context: { session } }) => {
    const { answering, chosen } = await session.answeringEncoders(input.datasetId as DatasetId | null);
    return answering.map((encoder) => ({ ...encoderTitle(encoder), isChosen: encoder === chosen }));
  }),
  chooseEncoder: studio.search.chooseEncoder.handler(
    async ({ input: { datasetId, encoderKey }, context: { session } }) => {
      const found = requireDataset(session, datasetId);
      const titles = (await session.answeringEncoders(found.id)).answering.map(encoderTitle);
      const chosen = titles.find(({ key }) => key === encoderKey);
      if (encoderKey !== null && chosen === undefined) {
        throw new KindredError('usage.invalid', 'That encoder can’t answer about this data set any more.', {
          encoderKey,
        });
      }
      await session.edits.settleOnEncoder(found, chosen ?? null);
      session.embeddings.lookAtNew(found.id);
      session.changed('encoder', 'undo');
      return {};
    },
  ),
  similar: studio.search.similar.handler(async ({ input, context: { session }, signal }) => {
    const { filter, top } = input;
    const encoder = await session.currentEncoder(filter.datasetId as DatasetId | null, input.encoderKey);
    const request = {
      examples: input.like.map((example) => exampleOf(session, example)),
      counterExamples: input.unlike.map((example) => exampleOf(session, example)),
      filter,
      top,
      encoder,
    };
    const ports = await session.searchPorts();
    const { matches, summary } = await searchImages(ports, request, signal ?? new AbortController().signal);
    const ids = matches.map(({ fileId }) => fileId);
    const cells = new Map((await session.cells.ask('cells', ids)).map((cell) => [cell.id, cell]));
    const results = matches.flatMap(({ fileId, score }): { cell: FileCell; score: number }[] => {
      const cell = cells.get(fileId);
      return cell === undefined ? [] : [{ cell, score }];
    });
    return { encoder: encoderTitle(encoder), notSeen: summary.unseen, results };
  }),
};

export const mapProcedures = {
  open: studio.map.open.handler(({ input, context: { session } }) =>
    session.maps.open({ ...input, datasetId: input.datasetId as DatasetId }),
  ),
};

export const pairProcedures = {
  draw: studio.pair.draw.handler(({ input, context: { session } }) => session.pairs.draw(input)),
};
