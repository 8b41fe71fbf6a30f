/**
 * TensorFlow's timeline of one run: the message RunMetadata, of which only what tells an operation's time is read.
 * Field numbers are those of `step_stats.proto` and `config.proto`.
 */
import { messageFields } from './message-fields.ts';

/** One operation, once. Times are µs from any moment that a run's operations share. */
export interface OperationTime {
  /** TensorFlow's name of its kind, as it was run: `_MklNativeConv2D` where oneDNN took a `Conv2D`. */
  readonly op: string;
  /** Of its work alone, from when a thread began it; not of its wait for inputs or a thread. */
  readonly startUs: number;
  readonly endUs: number;
}

const STEP_STATS = 1;
const DEVICE_STATS = 1;
const NODE_STATS = 2;
/** `node = Op(inputs)`; a note on memory in brackets may come first. */
const TIMELINE_LABEL = 8;
const LABELLED_OP = / = (\w+)\(/;
const START_NANOS = 13;
const OP_START_NANOS = 14;
const OP_END_NANOS = 15;

const text = new TextDecoder();

/** @param metadata a RunMetadata message. @throws RangeError when it is none. */
export function operationTimes(metadata: Uint8Array): readonly OperationTime[] {
  return messagesIn(metadata, STEP_STATS)
    .flatMap((stats) => messagesIn(stats, DEVICE_STATS))
    .flatMap((device) => messagesIn(device, NODE_STATS))
    .flatMap((node) => operationTime(node) ?? []);
}

function messagesIn(message: Uint8Array, field: number): readonly Uint8Array[] {
  return [...messageFields(message)].flatMap(({ number, value }) =>
    number === field && typeof value !== 'number' ? [value] : [],
  );
}

/** null for what is no operation, e.g. a transfer. */
function operationTime(node: Uint8Array): OperationTime | null {
  let op: string | null = null;
  let [start, begun, ended] = [0, 0, 0];
  for (const { number, value } of messageFields(node)) {
    if (typeof value !== 'number') {
      if (number === TIMELINE_LABEL) op = LABELLED_OP.exec(text.decode(value))?.[1] ?? null;
    } else if (number === START_NANOS) start = value;
    else if (number === OP_START_NANOS) begun = value;
    else if (number === OP_END_NANOS) ended = value;
  }
  return op === null ? null : { op, startUs: (start + begun) / 1000, endUs: (start + ended) / 1000 };
}
