/** Taking files from a browser: PUT `/uploads/folder/<batch>` and `/uploads/query`, the length declared, 512 MB at most. */
import { Hono, type Context } from 'hono';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import {
  LEFT_OUT_HEADER,
  type LeftOutReason,
  leftOutReasons,
  MAX_UPLOAD_BYTES,
  MODIFIED_HEADER,
  PATH_HEADER,
  SAME_AS_HEADER,
} from '#contract/uploads.ts';
import { rmSync } from 'node:fs';
import type { ReadableStream } from 'node:stream/web';
import type { UploadedFile } from './inbox.ts';
import type { InboxEntry } from './inbox-manifest.ts';
import type { StudioSession } from './studio-session.ts';

interface Body {
  readonly stream: ReadableStream;
  readonly sizeBytes: number;
}

/** The body, or the answer that refuses it. */
function bodyOf(context: Context): Body | Response {
  const length = context.req.header('content-length');
  if (length === undefined || !/^\d{1,12}$/.test(length)) return context.text('The length must be declared.', 411);
  const sizeBytes = Number(length);
  if (sizeBytes > MAX_UPLOAD_BYTES) return context.text('It is larger than 512 MB.', 413);
  return { stream: context.req.raw.body ?? emptyStream(), sizeBytes };
}

const emptyStream = (): ReadableStream => new Blob([]).stream() as ReadableStream;

/** 422: this file is not taken, others may be. 507 and 500: none would be now. */
async function answered(context: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (isKindredError(error)) return context.text(error.message, 422);
    const isFull = ['ENOSPC', 'EDQUOT'].includes(String(error instanceof Error && Reflect.get(error, 'code')));
    if (isFull)
      return context.text('The disk is full. Make room and drop the folder again: it goes on from here.', 507);
    return context.text(`The file was not kept: ${messageOf(error)}`, 500);
  }
}

/** @throws KindredError `usage.invalid` for headers that say nothing. */
function fileOf(context: Context): UploadedFile {
  const modifiedMs = Number(context.req.header(MODIFIED_HEADER) ?? Number.NaN);
  try {
    const relativePath = decodeURIComponent(context.req.header(PATH_HEADER) ?? '');
    return { relativePath, modifiedMs: Number.isFinite(modifiedMs) ? modifiedMs : Date.now() };
  } catch (error) {
    throw new KindredError('usage.invalid', 'The path of the file is not percent-encoded UTF-8.', {}, error);
  }
}

/** undefined: its name says it. */
function problemOf(reason: LeftOutReason, { relativePath }: UploadedFile): InboxEntry['problem'] {
  if (reason === 'unsupported') return undefined;
  if (reason === 'unreadable') {
    const message = `The browser could not read "${relativePath}" any more. Drop the folder again, or add it by its path.`;
    return { code: 'image.unreadable', message };
  }
  const message = `"${relativePath}" is larger than 512 MB, the most that a browser can send. Add its folder by its path.`;
  return { code: 'image.tooLarge', message };
}

async function takeFile({ inbox }: Pick<StudioSession, 'inbox'>, context: Context): Promise<Response> {
  const batch = context.req.param('batch')!;
  const file = fileOf(context);
  const reason = leftOutReasons.find((one) => one === context.req.header(LEFT_OUT_HEADER));
  if (reason !== undefined) {
    inbox.leaveOut(batch, file, problemOf(reason, file));
    return context.body(null, 204);
  }
  const [, earlier, name] = /^([0-9a-f]{32})\/([0-9a-f-]+)$/.exec(context.req.header(SAME_AS_HEADER) ?? '') ?? [];
  if (earlier !== undefined)
    return inbox.keepAgain(batch, file, earlier, name!)
      ? context.body(null, 204)
      : context.text('It is not here.', 404);
  const body = bodyOf(context);
  if (body instanceof Response) {
    if (body.status === 413) inbox.leaveOut(batch, file, problemOf('tooLarge', file));
    return body;
  }
  try {
    await inbox.keep(batch, file, body.stream, body.sizeBytes);
    return context.body(null, 204);
  } catch (error) {
    if (isKindredError(error) && error.code === 'image.badName')
      inbox.leaveOut(batch, file, { code: error.code, message: error.message });
    throw error;
  }
}

export function uploadRoutes(session: Pick<StudioSession, 'inbox' | 'wiring'>): Hono {
  const routes = new Hono();
  routes.put('/folder/:batch{[0-9a-f]{32}}', (context) => answered(context, () => takeFile(session, context)));
  routes.put('/query', (context) => {
    const body = bodyOf(context);
    if (body instanceof Response) return body;
    if (body.sizeBytes === 0) return context.text('The file is empty.', 422);
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
