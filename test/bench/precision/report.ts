import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { isWithinSeeds, type LossRun, type LossWindow } from './loss-windows.ts';

export interface PrecisionReport {
  readonly work: string;
  readonly machine: string;
  readonly versions: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly noSignalLoss: number;
  readonly windows: readonly LossWindow[];
  readonly runs: readonly LossRun[];
}

const RESULTS = join(import.meta.dirname, '..', 'results');

/** One window, for the terminal. */
export function windowText(window: LossWindow): string {
  const { steps, float32, bfloat16, seedSpread, farthest, meanDifference } = window;
  return [
    `steps ${steps[0]} to ${steps[1]}`,
    `float32 ${digits(float32.min)} … ${digits(float32.max)}`,
    `bfloat16 ${digits(bfloat16.min)} … ${digits(bfloat16.max)}`,
    `a seed from itself ${signed(meanDifference)} in the mean, ${digits(farthest)} at most; seeds ${digits(seedSpread)} apart`,
  ].join(': ');
}

export function verdictOf(windows: readonly LossWindow[]): string {
  const outside = windows.filter((window) => !isWithinSeeds(window));
  if (outside.length === 0)
    return 'In every window the mean of what bfloat16 adds to a seed’s loss is less than how far seeds are apart.';
  const where = outside.map(({ steps }) => `${steps[0]} to ${steps[1]}`).join(', ');
  return `In ${outside.length} of ${windows.length} windows the mean of what bfloat16 adds to a seed’s loss is more than how far seeds are apart: steps ${where}.`;
}

export async function writeReport(report: PrecisionReport): Promise<void> {
  await write('precision-losses.json', JSON.stringify(report));
  await write('precision-losses.md', markdown(report));
}

function markdown({ work, machine, versions, measuredAt, noSignalLoss, windows, runs }: PrecisionReport): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const rows = windows.map((window) => {
    const { steps, float32, bfloat16, seedSpread, farthest, meanDifference } = window;
    const cells = [
      `${steps[0]} – ${steps[1]}`,
      `${digits(float32.min)} … ${digits(float32.max)}`,
      `${digits(bfloat16.min)} … ${digits(bfloat16.max)}`,
      digits(seedSpread),
      signed(meanDifference),
      digits(farthest),
      isWithinSeeds(window) ? 'yes' : 'no',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Losses in bfloat16 beside float32

Written by \`npm run bench -- precision-losses --write\`, ${measuredAt.slice(0, 10)}. ${work}; seeds ${seeds.join(', ')}. A seed decides weights, order and views, the precision nothing but how numbers are rounded. Losses are means over the steps of a window; without any signal they would be ${digits(noSignalLoss)}.

${machine}. ${versions}.

| steps | float32, of all seeds | bfloat16 | seeds apart | a seed's bfloat16 less its float32, mean | farthest | within |
| ---: | --- | --- | ---: | ---: | ---: | --- |
${rows.join('\n')}

${verdictOf(windows)}
`;
}

async function write(name: string, text: string): Promise<void> {
  const path = join(RESULTS, name);
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path }));
}

const digits = (value: number): string => value.toFixed(4);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
