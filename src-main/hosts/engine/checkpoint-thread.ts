/**
 * The engine's thread that carries the write-ahead log over into the database, so that no commit of the engine does.
 * It holds up nobody: a passive checkpoint waits for no one.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { passCheckpoint } from '#database/checkpoint.ts';

const EVERY_MS = 1000;

const checkpoint = passCheckpoint(workerData as string);
setInterval(checkpoint, EVERY_MS);
/** Whoever waits for it writes nothing meanwhile. */
parentPort?.on('message', () => {
  checkpoint();
  parentPort?.postMessage(null);
});
