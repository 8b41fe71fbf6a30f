/** The training thread: TensorFlow, the step and the loop. Does the job it was started with and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorFacts } from './error-facts.ts';
import { embedInThread } from './embed-in-thread.ts';
import type { FromTraining, TrainingResult, TrainingThreadData } from './messages.ts';
import { ThreadLink } from './thread-link.ts';
import { trainInThread } from './train-in-thread.ts';

const { job, stopFlag } = workerData as TrainingThreadData;

function tell(message: FromTraining): void {
  parentPort?.postMessage(message);
}

async function result(): Promise<TrainingResult> {
  const link = new ThreadLink(stopFlag, tell);
  parentPort?.on('message', link.hear);
  return job.kind === 'train' ? trainInThread(job, link) : embedInThread(job, link);
}

result()
  .then(
    (done) => tell({ kind: 'done', result: done }),
    (error: unknown) => tell({ kind: 'failed', error: errorFacts(error) }),
  )
  .finally(() => parentPort?.close());
