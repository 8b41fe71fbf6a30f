/**
 * A decoder child: bytes in, pixels and facts out. The only kind of process that loads sharp, and one that may be
 * ended at any moment by a hostile picture, its time limit or its memory limit.
 *
 * Started by `fork` with its limits as JSON in the first argument. Ignores SIGINT (whoever owns the terminal decides)
 * and ends when its channel closes.
 */
import { basename } from 'node:path';
import sharp from 'sharp';
import { KindredError } from '#base/errors.ts';
import { decodeFailureOf, problemMessage } from '#images/decoding/decode-failure.ts';
import { describeImage } from '#images/decoding/describe-image.ts';
import { encodeAnew, packPixels, unpackPixels } from '#images/decoding/encode-webp.ts';
import { imagePixels } from '#images/decoding/image-pixels.ts';
import { openPicture } from '#images/decoding/picture.ts';
import { readImageBytes } from '#images/decoding/read-bytes.ts';
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

async function carryOut(work: DecoderWork): Promise<DecoderOutcome> {
  const source = sourceOf(work);
  let sizeBytes = 0;
  try {
    if (work.kind === 'unpack') return { kind: 'pixels', pixels: await unpackPixels(work.source) };
    const bytes = typeof source === 'string' ? readImageBytes(source, limits) : Buffer.from(source);
    sizeBytes = bytes.length;
    if (work.kind === 'describe') {
      return { kind: 'facts', facts: await describeImage(bytes, work.thumbnailFolder, limits) };
    }
    if (work.kind === 'size') {
      const { widthPx, heightPx } = await openPicture(bytes, limits);
      return { kind: 'size', size: { widthPx, heightPx } };
    }
    if (work.kind === 'picture') return { kind: 'webp', bytes: await encodeAnew(bytes, work.longSide, limits) };
    checkHash(bytes, work.contentHash);
    if (work.kind === 'pixels') {
      return { kind: 'pixels', pixels: await imagePixels(bytes, work.shortSide, work.region, limits) };
    }
    const packed = await packPixels(await imagePixels(bytes, work.shortSide, null, limits));
    return 'webp' in packed ? { kind: 'packed', packed } : { kind: 'pixels', pixels: packed };
  } catch (error) {
    const failure = decodeFailureOf(error, sizeBytes);
    const name = typeof source === 'string' ? basename(source) : 'the given picture';
    return { kind: 'problem', code: failure.code, message: problemMessage(name, failure) };
  }
}

async function workOff(): Promise<void> {
  if (working >= AT_ONCE) return;
  working++;
  for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
    answer(task.id, await carryOut(task.work));
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
