import { readdirSync, readFileSync } from 'node:fs';
import { findRun } from '#application/find-run.ts';
import type { StartRequest } from '#application/start-run.ts';
import { planRunRemoval } from '#application/remove-run.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { presetSchema } from '#contract/preset.ts';
import { runHost } from '../../cli/run-ports.ts';
import { changesOver, type ConfigOptions, configFrom } from '../../cli/training-options.ts';
import type { RunWish } from '../measurements.ts';
import { planRun } from '../plan-run.ts';
import { runRecord } from '../run-record.ts';
import type { StudioSession } from '../studio-session.ts';
import { studio } from './implementer.ts';

const PRESETS = new URL('../../../../resources/presets/', import.meta.url);

interface StartInput {
  readonly datasetId: number;
  readonly preset: string;
  readonly minutes?: number | undefined;
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

/** What a start asks for, in a command line's words. @throws KindredError `dataset.missing`. */
function optionsOf(session: StudioSession, input: StartInput): ConfigOptions {
  const set = Object.entries(input.settings).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  const minutes = input.minutes === undefined ? {} : { minutes: String(input.minutes) };
  if (session.stores.datasets.find(input.datasetId as DatasetId) === null) {
    throw new KindredError('dataset.missing', 'This data set is no longer in the library.', { id: input.datasetId });
  }
  return { preset: input.preset, set, ...minutes };
}

/** @throws KindredError `dataset.missing`, and all that can be wrong with settings. */
function wishOf(session: StudioSession, input: StartInput): RunWish {
  const options = optionsOf(session, input);
  const config = configFrom(options, readPreset);
  return { datasetId: input.datasetId as DatasetId, config, withChanges: changesOver(options, readPreset) };
}

/** What `auto` chose while the run was being set up, unless images have come or gone since. */
async function chosenBefore(session: StudioSession, wish: RunWish): Promise<Pick<StartRequest, 'chosen'>> {
  const measured = wish.withChanges === null ? null : session.measurements.find(wish);
  if (measured === null || measured.choice?.imageCount !== (await planRun(session, wish)).images) return {};
  return { chosen: { config: measured.config, choice: measured.choice } };
}

function readPreset(name: string): string | null {
  try {
    return readFileSync(new URL(`${name}.json`, PRESETS), 'utf8');
  } catch {
    return null;
  }
}

function requireRun(session: StudioSession, id: string) {
  return findRun(session.stores.runs, id);
}

export const runProcedures = {
  presets: studio.run.presets.handler(() =>
    readdirSync(PRESETS)
      .filter((name) => name.endsWith('.json'))
      .map((name) => presetSchema.parse(JSON.parse(readFileSync(new URL(name, PRESETS), 'utf8'))))
      .map(({ name, title, description }) => ({ name, title, summary: description })),
  ),
  plan: studio.run.plan.handler(({ input, context: { session } }) => {
    return planRun(session, wishOf(session, input));
  }),
  measure: studio.run.measure.handler(async ({ input, context: { session } }) => {
    const wish = wishOf(session, input);
    await session.measurements.measure(wish);
    return planRun(session, wish);
  }),
  start: studio.run.start.handler(async ({ input, context: { session } }) => {
    const wish = wishOf(session, input);
    const request = { ...wish, ...(await chosenBefore(session, wish)), name: input.name ?? null, threads: 0 };
    return { id: await session.runs.start(request) };
  }),
  list: studio.run.list.handler(({ context: { session } }) =>
    session.stores.runs.list().map((run) => session.runs.summaryOf(run)),
  ),
  show: studio.run.show.handler(({ input, context: { session } }) =>
    session.runs.summaryOf(requireRun(session, input.id)),
  ),
  points: studio.run.points.handler(({ input, context: { session } }) =>
    runRecord(session, requireRun(session, input.id).id),
  ),
  pause: studio.run.pause.handler(({ input, context: { session } }) => {
    session.runs.pause(requireRun(session, input.id).id);
    return {};
  }),
  resume: studio.run.resume.handler(({ input, context: { session } }) => {
    session.runs.resume(requireRun(session, input.id));
    return {};
  }),
  keep: studio.run.keep.handler(({ input, context: { session } }) => {
    session.runs.keep(requireRun(session, input.id));
    return {};
  }),
  longer: studio.run.longer.handler(async ({ input, context: { session } }) => {
    const run = requireRun(session, input.id);
    const request = { run, length: { minutes: input.minutes }, name: input.name ?? null };
    return { id: await session.runs.longer(request) };
  }),
  forgetInterruption: studio.run.forgetInterruption.handler(({ input, context: { session } }) => {
    session.stores.runs.update(requireRun(session, input.id).id, { interruptedStep: null });
    session.changed('runs');
    return {};
  }),
  rename: studio.run.rename.handler(({ input, context: { session } }) => {
    session.stores.runs.update(requireRun(session, input.id).id, { name: input.name });
    session.changed('runs');
    return {};
  }),
  removal: studio.run.removal.handler(async ({ input, context: { session } }) =>
    planRunRemoval(runHost(session.wiring), await session.wiring.vectors(), requireRun(session, input.id)),
  ),
  remove: studio.run.remove.handler(async ({ input, context: { session } }) => {
    const vectors = await session.wiring.vectors();
    const run = requireRun(session, input.id);
    await session.embeddings.leave(run.id);
    session.runs.remove(run, vectors);
    session.maps.forgetGone().catch(() => {}); // What cannot be deleted now is tried again at the next start.
    return {};
  }),
};
