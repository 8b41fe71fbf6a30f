/**
 * One event stream for all tabs of a browser: HTTP/1.1 allows six connections to a host, so a seventh tab with a stream
 * of its own would hang. The tab that holds the lock reads the stream and passes it on; when it closes, the next one
 * goes on from the last event that was seen.
 */
import type { StudioEvent } from '../../src-main/contract/studio/events.ts';
import type { Engine } from './engine.ts';

type Message =
  | { readonly kind: 'event'; readonly event: StudioEvent; readonly id: string | undefined }
  | { readonly kind: 'state'; readonly isLive: boolean };

const RETRY_MS = 400;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Watches until `signal` is aborted.
 *
 * @param idOf reads the id an event came with.
 * @param onState told when the stream is lost and when it is back (after which the face asks again for what it shows).
 */
export function watchEvents(
  engine: Engine,
  idOf: (event: StudioEvent) => string | undefined,
  onEvent: (event: StudioEvent) => void,
  onState: (isLive: boolean) => void,
  signal: AbortSignal,
): void {
  const channel = new BroadcastChannel('kindred-events');
  let lastId: string | undefined;
  const take = (message: Message): void => {
    if (message.kind === 'state') return onState(message.isLive);
    lastId = message.id ?? lastId;
    onEvent(message.event);
  };
  const tell = (message: Message): void => {
    take(message);
    channel.postMessage(message);
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => take(data);
  signal.addEventListener('abort', () => channel.close(), { once: true });

  async function lead(): Promise<void> {
    while (!signal.aborted) {
      try {
        const stream = await engine.event.watch(
          undefined,
          lastId === undefined ? { signal } : { signal, lastEventId: lastId },
        );
        tell({ kind: 'state', isLive: true });
        // A copy: what the stream gives is a proxy, which no channel takes.
        for await (const event of stream) tell({ kind: 'event', event: { ...event }, id: idOf(event) });
      } catch {
        // Lost: said below, tried again after a moment.
      }
      if (!signal.aborted) tell({ kind: 'state', isLive: false });
      await pause(RETRY_MS);
    }
  }

  void navigator.locks.request('kindred-events', { signal }, lead).catch(() => undefined);
}
