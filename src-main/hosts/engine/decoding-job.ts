/** Images that are decoded for a run, as a job that can be stopped. */
import type { CacheProgress } from '#application/ports/pixel-cache.ts';
import { KindredError } from '#base/errors.ts';
import type { JobList, JobWork } from './job-list.ts';

export interface DecodingJob {
  /** Begins the job where there are images to decode; ends it with the last one. */
  readonly show: (progress: CacheProgress) => void;
  /** Nothing is decoded any more, for whatever reason. */
  readonly end: () => void;
}

/** @param stop called when somebody stops the job. */
export function decodingJob(jobs: JobList, title: string, stop: () => void): DecodingJob {
  let shown: { readonly report: JobWork['report']; readonly end: () => void } | null = null;
  const begin = ({ report, signal }: JobWork): Promise<null> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', stop, { once: true });
      const end = (): void =>
        signal.aborted ? reject(new KindredError('job.cancelled', 'Stopped decoding images.')) : resolve(null);
      shown = { report, end };
    });
  const end = (): void => {
    shown?.end();
    shown = null;
  };
  return {
    show: ({ done, total }) => {
      if (shown === null && done < total) jobs.start('prepare', title, begin);
      const words = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} images`;
      shown?.report(total === 0 ? null : done / total, words);
      if (done >= total) end();
    },
    end,
  };
}
