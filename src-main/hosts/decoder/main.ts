/**
 * A decoder child: bytes in, pixels and facts out. The only kind of process that loads sharp, and one that may be
 * ended at any moment by a hostile picture, its time limit or its memory limit.
 *
 * Started by `fork` with its limits as JSON in the first argument. Ignores SIGINT (whoever owns the terminal decides)
 * and ends when its channel closes.
 */
import { basename } from 'node:path';
import sharp from 'sharp';
import type { DecodedPixels } from '#application/ports/images.ts';
import { KindredError } from '#base/errors.ts';
import { decodeFailureOf, problemMessage } from '#images/decoding/decode-failure.ts';
import { describeImage } from '#images/decoding/describe-image.ts';
import { encodeAnew, packPixels, unpackPixels } from '#images/decoding/encode-webp.ts';
import { imagePixels } from '#images/decoding/image-pixels.ts';
import { openPicture } from '#images/decoding/picture.ts';
import { readImageBytes } from '#images/decoding/read-bytes.ts';
import { smallPicture, smallPixels, type SmallPicture } from '#images/decoding/small-pictures.ts';
import { sourceOf } from '#images/decoder-messages.ts';
import type {
  DecoderOutcome,
  DecoderReply,
  DecoderRequest,
  DecoderTask,
  DecoderWork,
} from '#images/decoder-messages.ts';
import { contentHashOf } from '#images/hashes.ts';
import { defaultLimits, type DecodeLimits } from '#images/limits.ts';

/** Small pictures that are decoded together: half of what a pool hands out. */
const TOGETHER = 12;
/** Two at once keep the processor busy while one waits for the disk or for libvips' thread. */
const AT_ONCE = 2;
const MEMORY_CHECK_MS = 100;
/** Answers wait this long for company: a message costs as much as a small picture's hash. */
const ANSWER_DELAY_MS = 8;

const limits: DecodeLimits = { ...defaultLimits, ...(JSON.parse(process.argv[2] ?? '{}') as Partial<DecodeLimits>) };
const waiting: DecoderTask[] = [];
let working = 0;
/** Tasks received less tasks answered. */
let owed = 0;
let answers: { id: number; outcome: DecoderOutcome }[] = [];
let answerTimer: NodeJS.Timeout | null = null;

function send(reply: DecoderReply, then?: () => void): void {
  if (process.connected) process.send!(reply, undefined, {}, then);
}

function sendAnswers(): void {
  if (answerTimer !== null) clearTimeout(answerTimer);
  answerTimer = null;
  send({ kind: 'done', answers });
  answers = [];
}

function answer(id: number, outcome: DecoderOutcome): void {
  answers.push({ id, outcome });
  owed--;
  if (owed === 0) sendAnswers();
  else answerTimer ??= setTimeout(sendAnswers, ANSWER_DELAY_MS);
}

function checkHash(bytes: Buffer, expected: string | null): void {
  if (expected !== null && contentHashOf(bytes) !== expected) {
    throw new KindredError('image.changed', 'the file has changed since it was imported');
  }
}

function bytesOf(work: DecoderWork): Buffer {
  const source = sourceOf(work);
  return typeof source === 'string' ? readImageBytes(source, limits) : Buffer.from(source);
}

function problemOf(work: DecoderWork, error: unknown, sizeBytes: number): DecoderOutcome {
  const source = sourceOf(work);
  const failure = decodeFailureOf(error, sizeBytes);
  const name = typeof source === 'string' ? basename(source) : 'the given picture';
  return { kind: 'problem', code: failure.code, message: problemMessage(name, failure) };
}

/** @param read its bytes, where they have been read and are those of its hash. */
async function carryOut(work: DecoderWork, read: Buffer | null = null): Promise<DecoderOutcome> {
  let sizeBytes = 0;
  try {
    if (work.kind === 'unpack') return { kind: 'pixels', pixels: await unpackPixels(work.source) };
    const bytes = read ?? bytesOf(work);
    sizeBytes = bytes.length;
    if (work.kind === 'describe') {
      return { kind: 'facts', facts: await describeImage(bytes, work.thumbnailFolder, limits) };
    }
    if (work.kind === 'size') {
      const { widthPx, heightPx } = await openPicture(bytes, limits);
      return { kind: 'size', size: { widthPx, heightPx } };
    }
    if (work.kind === 'picture') return { kind: 'webp', bytes: await encodeAnew(bytes, work.longSide, limits) };
    if (read === null) checkHash(bytes, work.contentHash);
    if (work.kind === 'pixels') {
      return { kind: 'pixels', pixels: await imagePixels(bytes, work.shortSide, work.region, limits) };
    }
    const packed = await packPixels(await imagePixels(bytes, work.shortSide, null, limits));
    return 'webp' in packed ? { kind: 'packed', packed } : { kind: 'pixels', pixels: packed };
  } catch (error) {
    return problemOf(work, error, sizeBytes);
  }
}

type WholePixels = DecoderTask & { readonly work: Extract<DecoderWork, { kind: 'pixels' }> };

const isWholePixels = (task: DecoderTask): task is WholePixels =>
  task.work.kind === 'pixels' && task.work.region === null;

/** The next task, or some that may turn out to be small pictures. */
function nextTasks(): readonly DecoderTask[] {
  const end = waiting.findIndex((task) => !isWholePixels(task));
  const together = end < 0 ? waiting.length : end;
  return waiting.splice(0, Math.max(1, Math.min(together, TOGETHER)));
}

/** Small pictures of one size wait for each other; any other is carried out as it comes. */
async function carryOutTogether(tasks: readonly WholePixels[]): Promise<void> {
  const bySize = new Map<string, { readonly task: WholePixels; readonly picture: SmallPicture }[]>();
  for (const task of tasks) {
    let bytes: Buffer;
    try {
      bytes = bytesOf(task.work);
      checkHash(bytes, task.work.contentHash);
    } catch (error) {
      answer(task.id, problemOf(task.work, error, 0));
      continue;
    }
    const picture = smallPicture(bytes, task.work.shortSide);
    if (picture === null) {
      answer(task.id, await carryOut(task.work, bytes));
      continue;
    }
    const size = `${picture.widthPx} × ${picture.heightPx}`;
    bySize.set(size, [...(bySize.get(size) ?? []), { task, picture }]);
  }
  for (const group of bySize.values()) {
    const together = group.length > 1 ? await pixelsOrNull(group.map(({ picture }) => picture)) : null;
    for (const [i, { task, picture }] of group.entries()) {
      const pixels = together?.[i];
      answer(task.id, pixels ? { kind: 'pixels', pixels } : await carryOut(task.work, picture.bytes));
    }
  }
}

/** null when one of them is damaged: then each is tried by itself. */
async function pixelsOrNull(pictures: readonly SmallPicture[]): Promise<readonly DecodedPixels[] | null> {
  try {
    return await smallPixels(pictures, limits);
  } catch {
    return null;
  }
}

async function workOff(): Promise<void> {
  if (working >= AT_ONCE) return;
  working++;
  for (let tasks = nextTasks(); tasks.length > 0; tasks = nextTasks()) {
    if (tasks.length > 1 && tasks.every(isWholePixels)) await carryOutTogether(tasks);
    else for (const { id, work } of tasks) answer(id, await carryOut(work));
  }
  working--;
}

sharp.concurrency(1);
sharp.cache(false);
process.on('SIGINT', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (tasks: DecoderRequest) => {
  waiting.push(...tasks);
  owed += tasks.length;
  for (let i = 0; i < AT_ONCE; i++) void workOff();
});
setInterval(() => {
  const residentBytes = process.memoryUsage.rss();
  if (residentBytes <= limits.maxMemoryBytes) return;
  send({ kind: 'overMemory', residentBytes }, () => process.kill(process.pid, 'SIGKILL'));
}, MEMORY_CHECK_MS).unref();
send({ kind: 'ready' });
