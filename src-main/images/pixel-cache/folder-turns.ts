/**
 * Work on the caches of a folder, one after the other in this process: two builds of a side would write the same segments,
 * and one must not make room by another that is being built.
 */
const lastWork = new Map<string, Promise<unknown>>();

export function inTurn<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const mine = (lastWork.get(folder) ?? Promise.resolve()).then(work);
  lastWork.set(
    folder,
    mine.catch(() => {}),
  );
  return mine;
}
