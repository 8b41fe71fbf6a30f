import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { machineText, versionsText } from '../speed/machine.ts';
import { costPlot } from './plot.ts';
import type { Series } from './series.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');
const PARTS = ['step', 'embed', 'search'];

interface Kept {
  readonly machine: string;
  readonly versions: string;
  readonly series: readonly (Series & { readonly measuredAt: string })[];
}

/** Keeps the series beside those of other parts: cost.json, cost.md and cost.svg. */
export async function keepCosts(series: readonly Series[]): Promise<void> {
  const measuredAt = new Date().toISOString();
  const others = keptBefore().filter(({ part }) => !series.some((each) => each.part === part));
  const all = [...others, ...series.map((each) => ({ ...each, measuredAt }))];
  all.sort((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part));
  const kept: Kept = { machine: machineText(), versions: await versionsText(null), series: all };
  await write('cost.json', JSON.stringify(kept), 'json');
  await write('cost.md', markdown(kept), 'markdown');
  writeFileSync(join(RESULTS, 'cost.svg'), costPlot(all));
}

function keptBefore(): Kept['series'] {
  try {
    return (JSON.parse(readFileSync(join(RESULTS, 'cost.json'), 'utf8')) as Kept).series;
  } catch {
    return [];
  }
}

async function write(name: string, text: string, parser: string): Promise<void> {
  const path = join(RESULTS, name);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser }));
}

function markdown({ machine, versions, series }: Kept): string {
  const rows = series.map(({ part, name, work, points, fit, measuredAt }) =>
    [
      '',
      `${part}, ${name}`,
      points.map(({ x, y }) => `${x.toLocaleString('en')}: ${shown(y)}`).join('; '),
      `${shown(fit.intercept)} + ${shown(1000 * fit.slope)} per 1,000 ${work}`,
      fit.rSquared.toFixed(5),
      `${(100 * fit.largestDeviation).toFixed(1)} %`,
      measuredAt.slice(0, 10),
      '',
    ].join(' | '),
  );
  return `# Cost against work

Written by \`npm run bench -- cost --images FOLDER --write\`. Sizes take turns, round after round; medians. A step: ResNet-18 × ¼ at 32 px from its canvas to the next weights. Embedding: the command from its start to its end, pixels kept, the same network. A search: one query among unit vectors of 512 numbers, its 100 nearest, one thread. Lines by least squares of relative distances.

![Time against work](cost.svg)

${machine}. ${versions}.

| work | milliseconds | line | R² | farthest point | day |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function shown(ms: number): string {
  return `${Number(ms.toPrecision(3)).toLocaleString('en')} ms`;
}
