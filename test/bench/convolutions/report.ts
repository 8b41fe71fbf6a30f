import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

export interface ConvolutionRow {
  readonly precision: 'float32' | 'bfloat16';
  readonly name: string;
  /** By `forward`, `byInput`, `byFilter`; of a matrix product forward alone. */
  readonly gflops: Readonly<Record<string, number>>;
}

export interface ConvolutionReport {
  readonly rows: readonly ConvolutionRow[];
  readonly images: number;
  readonly machine: string;
  readonly versions: string;
}

type KeptReport = ConvolutionReport & { /** ISO 8601. */ readonly measuredAt: string };

const RESULTS = join(import.meta.dirname, '..', 'results');
const JSON_FILE = join(RESULTS, 'convolutions.json');
const WAYS = ['forward', 'byInput', 'byFilter'];

/** @returns the table as text; kept beside those of other machines when asked for. */
export async function writeConvolutions(report: ConvolutionReport & { readonly isKept: boolean }): Promise<string> {
  const { isKept, ...measured } = report;
  const own: KeptReport = { ...measured, measuredAt: new Date().toISOString() };
  if (isKept) {
    const known = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as KeptReport[]) : [];
    const all = [...known.filter(({ machine }) => machine !== own.machine), own];
    await write(JSON_FILE, JSON.stringify(all));
    await write(join(RESULTS, 'convolutions.md'), page(all));
  }
  return section(own);
}

async function write(path: string, text: string): Promise<void> {
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path }));
}

function page(reports: readonly KeptReport[]): string {
  const head = `# Convolutions

Written by \`npm run bench -- convolutions --write\`. GFLOP/s of the convolutions of ResNet-18 at 32 px and of their gradients, each by itself, by TensorFlow's own timeline; in brackets the share of what a large matrix product of TensorFlow's makes in the same precision. Products with the zeros around an image are counted, though ours leave them out.
`;
  return [head, ...reports.map(section)].join('\n');
}

function section({ rows, images, machine, versions, measuredAt }: KeptReport): string {
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => {
    const cells = (['float32', 'bfloat16'] as const).flatMap((precision) => {
      const of = rows.filter((row) => row.precision === precision);
      const { gflops } = of.find((row) => row.name === name)!;
      return WAYS.map((way) => cell(gflops[way], of[0]!.gflops['forward']!));
    });
    return `| ${[name, ...cells].join(' | ')} |`;
  });
  const columns = ['float32', 'bfloat16'].flatMap((precision) => [precision, 'by input', 'by filter']);
  return `${machine}. ${versions}. ${images} images at once, ${measuredAt.slice(0, 10)}.

| convolution | ${columns.join(' | ')} |
| --- |${' ---: |'.repeat(columns.length)}
${lines.join('\n')}
`;
}

/** @param limit of a matrix product. */
function cell(gflops: number | undefined, limit: number): string {
  if (gflops === undefined) return '–';
  const share = gflops === limit ? '' : ` (${Math.round((100 * gflops) / limit)} %)`;
  return `${Math.round(gflops).toLocaleString('en')}${share}`;
}
