/** Work on a cache's folder, one after the other in this process: two builds at once would write the same segments. */
const lastWork = new Map<string, Promise<unknown>>();

export function inTurn<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const mine = (lastWork.get(folder) ?? Promise.resolve()).then(work);
  lastWork.set(
    folder,
    mine.catch(() => {}),
  );
  return mine;
}
