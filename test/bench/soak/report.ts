import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { machineText } from '../speed/machine.ts';
import type { Sample } from './samples.ts';
import { verdictsOf, type Verdict } from './verdict.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');

export interface SoakOutcome {
  readonly minutes: number;
  readonly rounds: number;
  readonly steps: number;
  readonly trainings: number;
  readonly faults: readonly string[];
  readonly samples: readonly Sample[];
}

export function shown({ what, unit, first, last, most, isFlat }: Verdict): string {
  return `${what}: ${first} → ${last} ${unit} (most ${most}) ${isFlat ? 'flat' : 'GROWS'}`;
}

/** Keeps results/soak.json and soak.md. */
export async function keepSoak(outcome: SoakOutcome): Promise<void> {
  const measuredAt = new Date().toISOString();
  await write('soak.json', JSON.stringify({ measuredAt, machine: machineText(), ...outcome }), 'json');
  await write('soak.md', markdown(outcome, measuredAt), 'markdown');
}

async function write(name: string, text: string, parser: string): Promise<void> {
  const path = join(RESULTS, name);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser }));
}

function markdown({ minutes, rounds, steps, trainings, faults, samples }: SoakOutcome, measuredAt: string): string {
  const rows = verdictsOf(samples).map(({ what, unit, first, last, most, isFlat }) =>
    ['', `${what}${unit === '' ? '' : `, ${unit}`}`, first, last, most, isFlat ? 'flat' : 'grows', ''].join(' | '),
  );
  return `# A long session

Written by \`npm run bench -- soak --library DIR --write\` on ${measuredAt.slice(0, 10)}: ${minutes.toFixed(0)} minutes of one driven tab beside an idle one, ${rounds} rounds (${steps} steps: scroll, filter, enlarge, search, pairs, map, label and undo, palette), ${trainings} trainings, nine tabs at the beginning and at the end, DevTools looking at no requests. ${machineText()}.

Faults: ${faults.length === 0 ? 'none' : faults.map((fault) => `“${fault}”`).join(', ')}. Medians of the first and the last quarter after a sixth of the time (\`soak/verdict.ts\` says what is flat).

| what | first quarter | last quarter | most | verdict |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
