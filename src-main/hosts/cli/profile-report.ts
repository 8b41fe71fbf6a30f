/** Where a run's time went, for a person. */
import type { ProfiledOperation, RunProfile } from '#application/ports/run-profile.ts';
import type { Output } from './output.ts';

const SHOWN_OPERATIONS = 20;
const WORDS: Readonly<Record<keyof RunProfile['wall'], string>> = {
  session: 'TensorFlow at work',
  feeding: 'feeding it',
  reading: 'reading its results',
  waiting: 'waiting for data',
  rest: 'the rest of the steps',
  judging: 'judging the encoder',
  checkpoints: 'checkpoints',
  profiling: 'profiling itself',
  loop: 'between the steps',
};

/** @param what of it: a step by operation, and the whole session. */
export function reportProfile(
  output: Output,
  profile: RunProfile,
  what: { readonly steps: boolean; readonly session: boolean },
): void {
  if (what.steps) reportSteps(output, profile);
  if (what.session) reportParts(output, 'Where the time of this session went:', profile.wall);
}

function reportSteps(output: Output, { plain, traced, threads }: RunProfile): void {
  if (plain === null) {
    output.line('Too few steps to say where their time goes.');
    return;
  }
  if (traced === null) output.line('The operations of a step could not be traced on this device.');
  else {
    output.line(`Where a step's time goes, by TensorFlow's operations (mean of ${traced.steps} traced steps):`);
    output.table(shownOperations(traced.operations), [
      { title: 'operation', value: ({ op }) => op },
      { title: 'in a step', value: ({ count }) => rounded(count, 1) },
      { title: 'ms a step', value: ({ ms }) => rounded(ms, 2) },
      { title: 'share, %', value: ({ share }) => rounded(100 * share, 1) },
      { title: 'ms of the wall', value: ({ wallMs }) => rounded(wallMs, 2) },
    ]);
    output.line(
      `All operations: ${traced.operationsMs.toFixed(1)} ms, with at least one at work for ` +
        `${traced.operationsWallMs.toFixed(1)} of the ${traced.sessionMs.toFixed(1)} ms that TensorFlow took.`,
    );
  }
  const tracing = traced === null ? '' : ` (${traced.ms.toFixed(1)} ms when traced)`;
  const busy = percent(plain.processorMs / (threads * plain.ms));
  output.line(
    `A step takes ${plain.ms.toFixed(1)} ms${tracing} and ${plain.processorMs.toFixed(1)} ms of processor time, ` +
      `${busy} of what ${threads} threads have in that time.`,
  );
  reportParts(output, 'Where the wall clock of a step goes:', plain.parts);
}

function shownOperations(operations: readonly ProfiledOperation[]): readonly ProfiledOperation[] {
  if (operations.length <= SHOWN_OPERATIONS + 1) return operations;
  const others = operations.slice(SHOWN_OPERATIONS);
  const sum = (of: (operation: ProfiledOperation) => number): number =>
    others.reduce((total, operation) => total + of(operation), 0);
  const rest: ProfiledOperation = {
    op: `${others.length} other operations`,
    count: sum(({ count }) => count),
    ms: sum(({ ms }) => ms),
    share: sum(({ share }) => share),
    wallMs: sum(({ wallMs }) => wallMs),
  };
  return [...operations.slice(0, SHOWN_OPERATIONS), rest];
}

function reportParts(output: Output, title: string, parts: Partial<RunProfile['wall']>): void {
  const rows = Object.entries(parts) as [keyof RunProfile['wall'], number][];
  const total = rows.reduce((sum, [, ms]) => sum + ms, 0);
  output.line(title);
  output.table(
    rows.toSorted(([, a], [, b]) => b - a),
    [
      { title: 'what', value: ([part]) => WORDS[part] },
      { title: 'ms', value: ([, ms]) => rounded(ms, 2) },
      { title: 'share, %', value: ([, ms]) => rounded((100 * ms) / total, 1) },
    ],
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
