/** Labels and tags for very many files at once, and taken back: how long that takes, and holds up the engine. */
import { writeFileSet } from '#contract/studio/file-set.ts';
import type { Calls, MeasuredEngine } from './measured-engine.ts';
import { type Measure, measureOf, rounded } from './measures.ts';

const FILES = 100_000;

export async function manyLabels(engine: MeasuredEngine): Promise<Measure[]> {
  const calls = engine.calls();
  const files = writeFileSet(Array.from({ length: FILES }, (_, i) => i + 1));
  const acts: readonly (readonly [string, (calls: Calls) => Promise<unknown>])[] = [
    ['label', ({ file }) => file.setLabel({ files, label: 'of many' })],
    ['undo the label', ({ undo }) => undo.undo()],
    ['tag', ({ file }) => file.setTags({ files, add: ['of many'] })],
    ['undo the tag', ({ undo }) => undo.undo()],
  ];
  const measures: Measure[] = [];
  for (const [what, act] of acts) {
    await engine.loopDelay();
    const startMs = performance.now();
    await act(calls);
    const tookMs = performance.now() - startMs;
    const { count, p50, p99, max } = await engine.loopDelay();
    const named = `${what}, ${FILES.toLocaleString('en')} files at once`;
    measures.push(measureOf(named, [tookMs]));
    measures.push({ what: `${named}: event loop late`, unit: 'ms', count, p50: rounded(p50), p99: rounded(p99) });
    measures.push(measureOf(`${named}: longest`, [max]));
  }
  return measures;
}
