/** Pictures and points by id: always encoded anew, never original bytes, never a path from an address. */
import { Hono, type Context } from 'hono';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isKindredError } from '#base/errors.ts';
import type { ImageId } from '#base/ids.ts';
import type { StudioSession } from './studio-session.ts';

/** The longer side of a picture, at most. */
const LONGEST_SIDE = 4096;
const FOR_EVER = 'private, max-age=31536000, immutable';
const KIND_WEBP = { 'Content-Type': 'image/webp', 'Content-Security-Policy': "default-src 'none'; sandbox" };

type Bytes = Uint8Array<ArrayBuffer>;
const nothing = (context: Context): Response => context.text('There is no such picture.', 404);

/** Bytes that never change under this tag; 304 to who has them. */
async function unchanging(
  context: Context,
  tag: string,
  headers: Readonly<Record<string, string>>,
  make: () => Promise<Uint8Array | null>,
): Promise<Response> {
  const etag = `"${tag}"`;
  const caching = { ETag: etag, 'Cache-Control': FOR_EVER };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, caching);
  try {
    const bytes = await make();
    return bytes === null ? nothing(context) : context.body(bytes as Bytes, 200, { ...headers, ...caching });
  } catch (error) {
    if (isKindredError(error)) return context.text(error.message, 422);
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return nothing(context);
    throw error;
  }
}

export function pictureRoutes(session: StudioSession): Hono {
  const { stores, wiring } = session;
  const routes = new Hono();
  const imageOf = (context: Context) => stores.images.find(Number(context.req.param('id')) as ImageId);

  routes.get('/thumbnails/:id{[0-9]{1,15}}', (context) => {
    const image = imageOf(context);
    if (image === null) return nothing(context);
    const { contentHash } = image;
    const path = join(wiring.layout.thumbnails, contentHash.slice(0, 2), `${contentHash}.webp`);
    return unchanging(context, `${contentHash}-thumbnail`, KIND_WEBP, () => readFile(path));
  });
  routes.get('/images/:id{[0-9]{1,15}}', (context) => {
    const image = imageOf(context);
    const path = image === null ? null : stores.files.pathOf(image.id);
    if (image === null || path === null) return nothing(context);
    return unchanging(context, `${image.contentHash}-${LONGEST_SIDE}`, KIND_WEBP, async () =>
      (await wiring.decoder()).picture(path, LONGEST_SIDE),
    );
  });
  routes.get('/uploads/:id', (context) => {
    const id = context.req.param('id');
    const path = session.inbox.queryPath(id);
    if (path === null) return nothing(context);
    return unchanging(context, `upload-${id}`, KIND_WEBP, async () =>
      (await wiring.decoder()).picture(path, LONGEST_SIDE),
    );
  });
  routes.get('/pairs/:id', (context) => {
    const views = session.pairs.views(context.req.param('id'));
    const headers = { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' };
    return views === null ? nothing(context) : context.body(views as Bytes, 200, headers);
  });
  routes.get('/maps/:id{[0-9a-f]{32}}', (context) => {
    const id = context.req.param('id');
    return unchanging(context, id, { 'Content-Type': 'application/octet-stream' }, () => session.maps.points(id));
  });
  routes.get('/maps/:id{[0-9a-f]{32}}/groups', async (context) => {
    const asked = context.req.query('by');
    const by = asked === 'split' || asked === 'tag' || asked === 'quality' ? asked : 'label';
    const groups = await session.maps.groups(context.req.param('id'), by);
    return groups === null ? nothing(context) : context.json(groups, 200, { 'Cache-Control': 'no-store' });
  });
  routes.all('*', nothing);
  return routes;
}
