import type { Database } from 'better-sqlite3';
import { KindredError } from '#base/errors.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import type { Run, RunFailure, RunHeadline, RunStatus, RunStore, TrainingConfig } from '#application/ports/runs.ts';
import { Prepared, type Values } from './prepared.ts';

interface RunRow {
  readonly id: RunId;
  readonly name: string;
  readonly dataset_id: DatasetId;
  readonly status: RunStatus;
  readonly config: string;
  readonly created_ms: number;
  readonly started_ms: number | null;
  readonly ended_ms: number | null;
  readonly step: number;
  readonly total_steps: number | null;
  readonly elapsed_ms: number;
  readonly loss: number | null;
  readonly headline: string | null;
  readonly failure: string | null;
  /** Not there in a library of an older format that is only read. */
  readonly interrupted_step?: number | null;
}

const INSERT = `INSERT INTO runs (id, name, dataset_id, status, config, created_ms, started_ms, ended_ms, step,
    total_steps, elapsed_ms, loss, headline, failure, interrupted_step)
  VALUES ($id, $name, $datasetId, $status, $config, $createdMs, $startedMs, $endedMs, $step,
    $totalSteps, $elapsedMs, $loss, $headline, $failure, $interruptedStep)`;

const UPDATE = `UPDATE runs SET name = $name, status = $status, config = $config, started_ms = $startedMs,
    ended_ms = $endedMs, step = $step, total_steps = $totalSteps, elapsed_ms = $elapsedMs, loss = $loss,
    headline = $headline, failure = $failure, interrupted_step = $interruptedStep
  WHERE id = $id`;

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    status: row.status,
    config: JSON.parse(row.config) as TrainingConfig,
    createdMs: row.created_ms,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    step: row.step,
    totalSteps: row.total_steps,
    elapsedMs: row.elapsed_ms,
    loss: row.loss,
    headline: row.headline === null ? null : (JSON.parse(row.headline) as RunHeadline),
    failure: row.failure === null ? null : (JSON.parse(row.failure) as RunFailure),
    interruptedStep: row.interrupted_step ?? null,
  };
}

/** A loss that is not finite is kept as null: the failure beside it says what happened. */
function changeableValues(run: Run): Values {
  return {
    id: run.id,
    name: run.name,
    status: run.status,
    config: JSON.stringify(run.config),
    startedMs: run.startedMs,
    endedMs: run.endedMs,
    step: run.step,
    totalSteps: run.totalSteps,
    elapsedMs: run.elapsedMs,
    loss: run.loss !== null && Number.isFinite(run.loss) ? run.loss : null,
    headline: run.headline === null ? null : JSON.stringify(run.headline),
    failure: run.failure === null ? null : JSON.stringify(run.failure),
    interruptedStep: run.interruptedStep,
  };
}

export function runStore(database: Database): RunStore {
  const prepared = new Prepared(database);

  const find = (id: RunId): Run | null => {
    const row = prepared.get<RunRow>('SELECT * FROM runs WHERE id = $id', { id });
    return row === undefined ? null : runOf(row);
  };

  return {
    find,
    insert: (run) => {
      prepared.run(INSERT, { ...changeableValues(run), datasetId: run.datasetId, createdMs: run.createdMs });
    },
    update: (id, change) => {
      const run = find(id);
      if (run === null) throw new KindredError('run.missing', `There is no run "${id}" in this library.`, { id });
      prepared.run(UPDATE, changeableValues({ ...run, ...change }));
    },
    list: () => prepared.all<RunRow>('SELECT * FROM runs ORDER BY created_ms DESC, id DESC').map(runOf),
    remove: (id) => {
      prepared.run('DELETE FROM runs WHERE id = $id', { id });
    },
  };
}
