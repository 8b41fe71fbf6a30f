/**
 * What a run keeps on disk, in `runs/<id>/`:
 *
 *   run.json         the plan, written once before anything else
 *   resolved.json    what the probe made of it, written once before step 0
 *   graph.pb         the compiled step as a GraphDef, which TensorFlow's Python reads; graph.txt: what is in it
 *   profile.json     where the time went, of the newest session that was profiled
 *   metrics.jsonl    a line for each event; lines beyond the checkpoint a run goes on from are cut off
 *   checkpoints/     see checkpoints/checkpoint-store.ts
 *   pause.request    asks whoever trains the run to checkpoint and end
 *   run.lock         see run-lock.ts
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RunProfile } from '#application/ports/run-profile.ts';
import type { RunEvent, RunPlan } from '#application/ports/runs.ts';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import { isRunId, type RunId } from '#base/ids.ts';
import { readManifest, stepOfFolderName } from '#checkpoints/checkpoint-folder.ts';

/** What was decided before step 0 and holds for the run's whole life. */
export interface ResolvedRun {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly precision: 'float32' | 'bfloat16';
  readonly compiled: boolean;
  readonly device: string;
  /** Of the probe. */
  readonly stepMs: number;
  /** Judged images are cut to so many, so that judging stays within its share of the time. */
  readonly judgedMost: number;
}

export const PLAN_FORMAT_VERSION = 1;
/** What plans mean that say nothing of chunks: those written before there were any. */
const WHOLE_BATCH = { images: null, batchNorm: 'ghost' } as const;

export class RunFolder {
  readonly path: string;

  constructor(runsFolder: string, id: RunId) {
    this.path = join(runsFolder, id);
  }

  get checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  get exists(): boolean {
    return existsSync(this.#file('run.json'));
  }

  /** Makes the folder; the plan appears whole or not at all. */
  writePlan(plan: RunPlan): void {
    mkdirSync(this.path, { recursive: true });
    this.#replace('run.json', plan);
  }

  /** @throws KindredError `run.missing`, `library.newer`. */
  readPlan(): RunPlan {
    let plan: RunPlan;
    try {
      plan = JSON.parse(readFileSync(this.#file('run.json'), 'utf8')) as RunPlan;
    } catch (error) {
      throw new KindredError(
        'run.missing',
        `The run's folder "${this.path}" has no readable plan: ${messageOf(error)}.`,
        {
          folder: this.path,
        },
      );
    }
    if (plan.formatVersion > PLAN_FORMAT_VERSION) {
      const text = `The run in "${this.path}" was made by a newer Kindred (format ${plan.formatVersion}, this one reads ${PLAN_FORMAT_VERSION}). Update Kindred to go on with it.`;
      throw new KindredError('library.newer', text, { found: plan.formatVersion, known: PLAN_FORMAT_VERSION });
    }
    return { ...plan, config: { ...plan.config, chunk: plan.config.chunk ?? WHOLE_BATCH } };
  }

  /** null when there is none that can be read. */
  findPlan(): RunPlan | null {
    try {
      return this.readPlan();
    } catch (error) {
      if (isKindredError(error)) return null;
      throw error;
    }
  }

  writeResolved(resolved: ResolvedRun): void {
    this.#replace('resolved.json', resolved);
  }

  /** For inspection alone: that it can't be written is no error. */
  keepGraph({ graphDef, summary }: { readonly graphDef: Uint8Array; readonly summary: string }): void {
    try {
      writeFileSync(this.#file('graph.pb'), graphDef);
      writeFileSync(this.#file('graph.txt'), `${summary}\n`);
    } catch {
      rmSync(this.#file('graph.pb'), { force: true });
    }
  }

  /** null when there is none that can be read. */
  findGraph(): { readonly file: string; readonly summary: string } | null {
    const file = this.#file('graph.pb');
    try {
      return existsSync(file) ? { file, summary: readFileSync(this.#file('graph.txt'), 'utf8').trimEnd() } : null;
    } catch {
      return null;
    }
  }

  /** For inspection alone, as the graph. */
  keepProfile(profile: RunProfile): void {
    try {
      this.#replace('profile.json', profile);
    } catch {
      rmSync(this.#file('.profile.json.new'), { force: true });
    }
  }

  readResolved(): ResolvedRun | null {
    try {
      return JSON.parse(readFileSync(this.#file('resolved.json'), 'utf8')) as ResolvedRun;
    } catch {
      return null;
    }
  }

  /** The newest complete checkpoint by its manifest, without proof of its arrays; null without any. */
  newestCheckpoint(): { readonly step: number; readonly elapsedMs: number } | null {
    for (const name of this.#checkpointNames().reverse()) {
      const manifest = manifestIn(join(this.checkpoints, name));
      if (manifest !== null) return manifest;
    }
    return null;
  }

  /** Steps of the complete checkpoints by their manifests, ascending. */
  keptSteps(): readonly number[] {
    return this.#checkpointNames().flatMap((name) => manifestIn(join(this.checkpoints, name))?.step ?? []);
  }

  /** By step. */
  #checkpointNames(): string[] {
    const names = existsSync(this.checkpoints) ? readdirSync(this.checkpoints) : [];
    return names.filter((name) => stepOfFolderName(name) !== null).toSorted();
  }

  requestPause(): void {
    writeFileSync(this.#file('pause.request'), '');
  }

  isPauseRequested(): boolean {
    return existsSync(this.#file('pause.request'));
  }

  clearPauseRequest(): void {
    rmSync(this.#file('pause.request'), { force: true });
  }

  get metricsFile(): string {
    return this.#file('metrics.jsonl');
  }

  /** Recorded events, oldest first; a last line cut short by a crash is left out. */
  readEvents(): readonly RunEvent[] {
    if (!existsSync(this.metricsFile)) return [];
    return readFileSync(this.metricsFile, 'utf8').split('\n').flatMap(parsedLine);
  }

  /** Cuts off what lies beyond the checkpoint the run goes on from: those steps will be made again. */
  keepEventsUpTo(step: number): void {
    const kept = this.readEvents().filter((event) => !('step' in event) || event.step <= step);
    const temporary = this.#file('.metrics.new');
    writeFileSync(temporary, kept.map((event) => `${JSON.stringify(event)}\n`).join(''), { flush: true });
    renameSync(temporary, this.metricsFile);
  }

  #replace(name: string, value: unknown): void {
    const temporary = this.#file(`.${name}.new`);
    writeFileSync(temporary, `${JSON.stringify(value)}\n`, { flush: true });
    renameSync(temporary, this.#file(name));
    if (process.platform === 'win32') return;
    const folder = openSync(this.path, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  #file(name: string): string {
    return join(this.path, name);
  }
}

/** @param path absolute; its name is the run's id. */
export function runFolderAt(path: string): RunFolder {
  const id = basename(path);
  if (!isRunId(id)) throw new Error(`"${id}" is not a run's id.`);
  return new RunFolder(dirname(path), id);
}

function manifestIn(checkpointFolder: string): { step: number; elapsedMs: number } | null {
  try {
    const { step, elapsedMs } = readManifest(checkpointFolder);
    return { step, elapsedMs };
  } catch {
    return null;
  }
}

function parsedLine(line: string): RunEvent[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as RunEvent];
  } catch {
    return [];
  }
}
