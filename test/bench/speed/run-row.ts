import type { Contestant, Racer, Row } from './row.ts';
import { spreadOf, type Spread } from './statistics.ts';

export interface ContestantResult extends Spread {
  readonly name: string;
  readonly values: readonly number[];
  readonly facts: Readonly<Record<string, number | string>>;
}

export interface RowResult {
  readonly ours: readonly ContestantResult[];
  readonly peers: readonly ContestantResult[];
  /**
   * Ours to the best peer: `median` of medians; `min` and `max` of single rounds, in which both had their turn one after
   * the other. null without a peer.
   */
  readonly ratio: Spread | null;
}

/** All contestants started, then turn by turn, A B A B …; whoever is not on turn rests. */
export async function runRow(row: Row, note: (text: string) => void): Promise<RowResult> {
  const contestants = [...row.ours, ...row.peers];
  const started: { contestant: Contestant; racer: Racer; values: number[] }[] = [];
  try {
    for (const contestant of contestants) {
      note(`  ${contestant.name}: starting`);
      started.push({ contestant, racer: await contestant.start(), values: [] });
    }
    for (let turn = 0; turn < row.turns; turn++) {
      for (const { contestant, racer, values } of started) {
        values.push(await racer.turn());
        note(`  ${contestant.name}: ${values.at(-1)!.toFixed(1)} ${row.unit}`);
      }
    }
    const results = started.map(({ contestant, racer, values }) => ({
      name: contestant.name,
      ...spreadOf(values),
      values,
      facts: racer.facts(),
    }));
    const [ours, peers] = [results.slice(0, row.ours.length), results.slice(row.ours.length)];
    return { ours, peers, ratio: ratioOf(row, ours[0]!, peers) };
  } finally {
    for (const { racer } of started) await racer.stop();
  }
}

function ratioOf({ unit }: Row, ours: ContestantResult, peers: readonly ContestantResult[]): Spread | null {
  const isLessBetter = unit === 'MB';
  const best = peers.toSorted((a, b) => (isLessBetter ? a.median - b.median : b.median - a.median))[0];
  if (best === undefined) return null;
  const byRound = ours.values.map((value, round) => value / best.values[round]!);
  return { ...spreadOf(byRound), median: ours.median / best.median };
}
