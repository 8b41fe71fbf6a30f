/** The thread that scans for `ExactSearch`: one request at a time, answered in order. */
import { parentPort } from 'node:worker_threads';
import { scanExactly, type UnitRows } from './exact-scan.ts';

export interface ScanRequest {
  readonly id: number;
  readonly bank: UnitRows;
  readonly queries: UnitRows;
  readonly k: number;
  readonly threads: number;
}

export type ScanReply =
  | { readonly id: number; readonly rows: Int32Array; readonly similarities: Float32Array }
  | { readonly id: number; readonly problem: string };

const port = parentPort;
if (port === null) throw new Error('search-worker.ts runs as a worker thread only.');

port.on('message', ({ id, bank, queries, k, threads }: ScanRequest) => {
  try {
    const { rows, similarities } = scanExactly(bank, queries, k, threads);
    const reply: ScanReply = { id, rows, similarities };
    port.postMessage(reply, [rows.buffer as ArrayBuffer, similarities.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: ScanReply = { id, problem: error instanceof Error ? error.message : String(error) };
    port.postMessage(reply);
  }
});
