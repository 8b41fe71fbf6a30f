/** Taking files from a browser: PUT `/uploads/folder/<batch>` and `/uploads/query`, the length declared, 512 MB at most. */
import { Hono, type Context } from 'hono';
import { isKindredError, messageOf } from '#base/errors.ts';
import { rmSync } from 'node:fs';
import type { ReadableStream } from 'node:stream/web';
import type { StudioSession } from './studio-session.ts';

const MAX_FILE_BYTES = 512 * 1024 * 1024;

interface Body {
  readonly stream: ReadableStream;
  readonly sizeBytes: number;
}

/** The body, or the answer that refuses it. */
function bodyOf(context: Context): Body | Response {
  const length = context.req.header('content-length');
  if (length === undefined || !/^\d{1,12}$/.test(length)) return context.text('The length must be declared.', 411);
  const sizeBytes = Number(length);
  if (sizeBytes > MAX_FILE_BYTES) return context.text('The file is larger than 512 MB.', 413);
  const stream = context.req.raw.body as ReadableStream | null;
  return stream === null ? context.text('The file is empty.', 422) : { stream, sizeBytes };
}

async function answered(context: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    return context.text(isKindredError(error) ? error.message : `The file was not kept: ${messageOf(error)}`, 422);
  }
}

export function uploadRoutes(session: StudioSession): Hono {
  const routes = new Hono();
  routes.put('/folder/:batch{[0-9a-f]{32}}', (context) => {
    const body = bodyOf(context);
    if (body instanceof Response) return body;
    return answered(context, async () => {
      const path = decodeURIComponent(context.req.header('x-kindred-path') ?? '');
      await session.inbox.keep(context.req.param('batch'), path, body.stream, body.sizeBytes);
      return context.body(null, 204);
    });
  });
  routes.put('/query', (context) => {
    const body = bodyOf(context);
    if (body instanceof Response) return body;
    return answered(context, async () => {
      const uploadId = await session.inbox.keepQuery(body.stream, body.sizeBytes);
      const path = session.inbox.queryPath(uploadId)!;
      try {
        await (await session.wiring.decoder()).size(path);
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
      return context.json({ uploadId });
    });
  });
  routes.all('*', (context) => context.text('There is nothing here.', 404));
  return routes;
}
