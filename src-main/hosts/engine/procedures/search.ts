import type { ListingFilter } from '#application/ports/listings.ts';
import { type SearchExample, searchImages } from '#application/search-images.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId, ImageId } from '#base/ids.ts';
import type { FileCell } from '#contract/studio/files.ts';
import { encoderTitle } from '../encoder-title.ts';
import type { StudioSession } from '../studio-session.ts';
import { studio } from './implementer.ts';

interface Example {
  readonly imageId?: number | undefined;
  readonly uploadId?: string | undefined;
  readonly region?:
    { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
}

/** @throws KindredError `usage.invalid`, `image.missing` for an upload of another day. */
function exampleOf(session: StudioSession, { imageId, uploadId, region = undefined }: Example): SearchExample {
  if (imageId !== undefined) return { kind: 'image', imageId: imageId as ImageId, region: region ?? null };
  if (uploadId === undefined) throw new KindredError('usage.invalid', 'An example is an image or an upload.');
  const path = session.uploads.get(uploadId);
  if (path !== undefined) return { kind: 'file', path, region: region ?? null };
  throw new KindredError('image.missing', 'The dropped picture is no longer here. Drop it again.', { uploadId });
}

/** True when the filter leaves out more than the dataset does, so that the reader has to say which images pass. */
export function hasOwnConditions(filter: ListingFilter): boolean {
  const { labels, tags, splits, folders, traits, years, states, text, files } = filter;
  const chosen = [labels, tags, splits, folders, traits, years];
  return chosen.some(({ length }) => length > 0) || text !== '' || files !== '' || !states.includes('present');
}

export const searchProcedures = {
  similar: studio.search.similar.handler(async ({ input, context: { session }, signal }) => {
    const { filter } = input;
    const datasetId = filter.datasetId as DatasetId | null;
    const among = hasOwnConditions(filter) ? new Set(await session.reader.ask('passingImages', filter)) : null;
    const encoder = await session.currentEncoder(datasetId);
    const request = {
      examples: input.like.map((example) => exampleOf(session, example)),
      counterExamples: input.unlike.map((example) => exampleOf(session, example)),
      datasetName: datasetId === null ? null : session.datasetName(datasetId),
      label: null,
      among,
      top: input.top,
      encoder,
    };
    const { matches, summary } = await searchImages(
      await session.searchPorts(),
      request,
      signal ?? new AbortController().signal,
    );
    const hashes = matches.map(({ contentHash }) => contentHash);
    const cells = await session.reader.ask('cellsOfImages', hashes, datasetId);
    const results = matches.flatMap(({ contentHash, score }): { cell: FileCell; score: number }[] => {
      const cell = cells.get(contentHash);
      return cell === undefined ? [] : [{ cell, score }];
    });
    return { encoder: encoderTitle(encoder), notSeen: summary.unseen, results };
  }),
};

export const mapProcedures = {
  open: studio.map.open.handler(({ input, context: { session } }) => session.maps.open(input.datasetId as DatasetId)),
};

export const pairProcedures = {
  draw: studio.pair.draw.handler(({ input, context: { session } }) => session.pairs.draw(input)),
};
