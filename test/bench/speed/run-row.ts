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

/** Of the best peer's first turn. One that makes less is not the best however often it is asked, and is asked once. */
const FAR_BEHIND = 0.5;

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
      const best = bestOf(
        row,
        started.slice(row.ours.length).flatMap(({ values }) => values.slice(0, 1)),
      );
      for (const [i, { contestant, racer, values }] of started.entries()) {
        if (turn > 0 && i >= row.ours.length && isFarBehind(row, values[0]!, best)) continue;
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

const isLessBetter = ({ unit }: Row): boolean => unit === 'MB';

function bestOf(row: Row, values: readonly number[]): number {
  return isLessBetter(row) ? Math.min(...values) : Math.max(...values);
}

function isFarBehind(row: Row, value: number, best: number): boolean {
  return (isLessBetter(row) ? best / value : value / best) < FAR_BEHIND;
}

function ratioOf(row: Row, ours: ContestantResult, peers: readonly ContestantResult[]): Spread | null {
  const best = peers.find(
    ({ median }) =>
      median ===
      bestOf(
        row,
        peers.map((peer) => peer.median),
      ),
  );
  if (best === undefined) return null;
  const byRound = ours.values.map((value, round) => value / best.values[round]!);
  return { ...spreadOf(byRound), median: ours.median / best.median };
}
