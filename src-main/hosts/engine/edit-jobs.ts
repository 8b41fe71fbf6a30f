/** Acts on many images as jobs. What goes wrong is said to who asked for the act, and not by the job too. */
import type { ShownWork } from '#application/editing/edits.ts';
import type { JobList } from './job-list.ts';

export function shownAsJobs(jobs: JobList): ShownWork {
  return (title, work) =>
    new Promise((resolve, reject) => {
      jobs.start('edit', title, async ({ report }) => {
        await work((share) => report(share, '')).then(resolve, reject);
        return null;
      });
    });
}
