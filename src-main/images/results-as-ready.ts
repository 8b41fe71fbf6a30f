/**
 * Applies an asynchronous function to each of a sequence, several at once; results come as they are ready.
 *
 * @param atOnce how many items are taken from the sequence ahead of the consumer.
 * @throws the signal's reason once it is aborted; the first error of the function or the sequence.
 */
export async function* resultsAsReady<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  atOnce: number,
  signal: AbortSignal,
): AsyncGenerator<Result> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const ready: Result[] = [];
  const failures: unknown[] = [];
  let [underWay, isReading, isExhausted] = [0, false, false];
  let changed = Promise.withResolvers<void>();
  const change = (): void => changed.resolve();

  const start = async (item: Item): Promise<void> => {
    underWay++;
    ready.push(await work(item));
    underWay--;
  };
  const hasRoom = (): boolean => !isExhausted && underWay + ready.length < atOnce;
  /** Takes items until enough are under way. */
  const read = async (): Promise<void> => {
    while (hasRoom() && !signal.aborted) {
      const next = await source.next();
      if (next.done) isExhausted = true;
      else
        start(next.value)
          .catch((error: unknown) => failures.push(error))
          .finally(change);
    }
  };

  signal.addEventListener('abort', change);
  try {
    for (;;) {
      signal.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      if (!isReading && hasRoom()) {
        isReading = true;
        void read()
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            isReading = false;
            change();
          });
      }
      if (ready.length > 0) yield* ready.splice(0);
      else if (isExhausted && underWay === 0 && failures.length === 0) return;
      else {
        await changed.promise;
        changed = Promise.withResolvers<void>();
      }
    }
  } finally {
    signal.removeEventListener('abort', change);
    // Not awaited: a source that is stuck must not hold the consumer.
    if (!isExhausted) void Promise.resolve(source.return?.()).catch(() => {});
  }
}
