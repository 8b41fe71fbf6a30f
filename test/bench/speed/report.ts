/** Results on disk: one JSON of all rows measured so far, each replaced when its machine measures it again, and a page of them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { isOwnTarget, type Row } from './row.ts';
import type { ContestantResult, RowResult } from './run-row.ts';

export interface WrittenRow extends RowResult {
  readonly name: string;
  readonly family: string;
  readonly title: string;
  readonly unit: Row['unit'];
  readonly target: Row['target'];
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly machine: string;
  readonly versions: string;
}

const FOLDER = join(import.meta.dirname, '..', 'results');
const JSON_FILE = join(FOLDER, 'speed.json');
const MARKDOWN_FILE = join(FOLDER, 'speed.md');

/** Puts rows in the place of those of the same name and machine, and writes both files. @param order names of all rows. */
export async function keepResults(measured: readonly WrittenRow[], order: readonly string[]): Promise<void> {
  const known = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as WrittenRow[]) : [];
  const rows = new Map([...known, ...measured].map((row) => [`${row.name} on ${row.machine}`, row]));
  const sorted = [...rows.values()].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  await write(JSON_FILE, JSON.stringify(sorted));
  await write(MARKDOWN_FILE, markdown(sorted));
}

async function write(path: string, text: string): Promise<void> {
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path }));
}

/** One row, for the terminal. */
export function rowText(row: WrittenRow): string {
  const { title, unit, ours, peers, ratio, target } = row;
  const lines = [...ours, ...peers].map((result) => `  ${result.name.padEnd(32)} ${spreadText(result, unit)}`);
  const asked = targetText(row);
  const verdict = ratio === null ? [] : [`  ratio ${ratioText(ratio)}${asked}`];
  if (isOwnTarget(target)) verdict.push(`  ${asked.replace(/^, /, '')}`);
  return [title, ...lines, ...verdict].join('\n');
}

function markdown(rows: readonly WrittenRow[]): string {
  const setups = [...new Set(rows.map(setupOf))];
  const head = `# Speed

Written by \`npm run bench -- --peers PYTHON\`. Each row: all contestants started and warm, then turn by turn (A B A B …), the others halted meanwhile; medians of turns, least and most in brackets. Where whole programs are measured, a turn is one of them from its start to its end. Rows without a peer are asked of ours alone. Ratio: ours to the peer's best, of medians; in brackets the least and most of single rounds.
`;
  return [
    head,
    ...setups.map((setup) =>
      section(
        setup,
        rows.filter((row) => setupOf(row) === setup),
      ),
    ),
  ].join('\n');
}

function section(setup: string, rows: readonly WrittenRow[]): string {
  const lines = rows.map((row) =>
    [
      row.title,
      row.ours.map((result) => named(result, row.unit)).join('; '),
      row.peers.map((result) => named(result, row.unit)).join('; ') || '–',
      row.ratio === null ? '–' : ratioText(row.ratio),
      targetText(row).replace(/^, /, '') || '–',
      row.measuredAt.slice(0, 10),
    ].join(' | '),
  );
  return `${setup}

| work | ours | peer | ratio | asked | day |
| --- | --- | --- | --- | --- | --- |
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}

const setupOf = ({ machine, versions }: WrittenRow): string => `${machine}. ${versions}.`;

function named(result: ContestantResult, unit: Row['unit']): string {
  const facts = Object.entries(result.facts).map(([name, value]) => `${name} ${value}`);
  return `${result.name}: ${spreadText(result, unit)}${facts.length === 0 ? '' : `, ${facts.join(', ')}`}`;
}

function spreadText({ median, min, max, values }: ContestantResult, unit: Row['unit']): string {
  const range = values.length === 1 ? '' : ` (${digits(min)} … ${digits(max)})`;
  return `${digits(median)}${range} ${unit}`;
}

function ratioText({ median, min, max }: NonNullable<RowResult['ratio']>): string {
  return `${median.toFixed(2)} × (${min.toFixed(2)} … ${max.toFixed(2)})`;
}

function targetText({ target, unit }: Pick<Row, 'target' | 'unit'>): string {
  if (target === null) return '';
  if ('least' in target) return `, asked ≥ ${target.least} ×`;
  if ('below' in target) return `, asked < ${target.below} ${unit}`;
  if ('reaches' in target) return `, asked ≥ ${target.reaches} ${unit}`;
  return 'most' in target ? `, asked ≤ ${target.most} ×` : `, asked ≥ ${target.pointsAhead} points ahead`;
}

function digits(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
