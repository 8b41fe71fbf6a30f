/** The studio's engine on a library, with what its event loop and its memory tell. Linux only. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StudioContract } from '../../../src-main/contract/studio/studio-contract.ts';
import { EngineProcess } from '../../studio/support/engine-process.ts';

/** Milliseconds by which looks at the event loop came late. */
export interface LoopDelay {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export type Calls = ContractRouterClient<StudioContract>;

export class MeasuredEngine {
  readonly #process: EngineProcess;
  readonly #library: string;
  readonly #loopFile: string;

  /** @param scratch a folder for notes of the probe. */
  constructor(library: string, scratch: string) {
    this.#library = library;
    this.#process = new EngineProcess(library);
    this.#loopFile = join(scratch, 'loop.json');
  }

  /** @returns the address to open. */
  async start(): Promise<string> {
    process.env.KINDRED_LOOP_FILE = this.#loopFile;
    process.env.NODE_OPTIONS = `--import ${new URL('./engine-probe.mjs', import.meta.url).href}`;
    try {
      return await this.#process.start();
    } finally {
      delete process.env.NODE_OPTIONS;
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** The engine's commands, called as the window calls them. */
  calls(): Calls {
    const { key } = JSON.parse(readFileSync(join(this.#library, 'access', 'engine.json'), 'utf8')) as { key: string };
    const url = `${this.#process.origin}/rpc`;
    return createORPCClient<Calls>(new RPCLink({ url, headers: () => ({ 'x-kindred-key': key }) }));
  }

  /** Since the last call, or the start. */
  async loopDelay(): Promise<LoopDelay> {
    rmSync(this.#loopFile, { force: true });
    process.kill(this.#pid(), 'SIGUSR2');
    while (!existsSync(this.#loopFile)) await wait(20);
    return JSON.parse(readFileSync(this.#loopFile, 'utf8')) as LoopDelay;
  }

  /** Resident memory of the engine's own process, in MB. */
  residentMb(): number {
    return residentMbOf(this.#pid());
  }

  /** Files, sockets and pipes that the engine's process holds. */
  openFiles(): number {
    return readdirSync(`/proc/${this.#pid()}/fd`).length;
  }

  /** Resident memory of the engine's compute processes together, in MB; null while there is none. */
  computeMb(): number | null {
    const engine = this.#pid();
    const children = readdirSync('/proc').filter(
      (name) =>
        /^\d+$/.test(name) &&
        readOf(`/proc/${name}/cmdline`).includes('hosts/compute/main.ts') &&
        Number(/^PPid:\s+(\d+)/m.exec(readOf(`/proc/${name}/status`))?.[1]) === engine,
    );
    return children.length === 0 ? null : children.reduce((sum, pid) => sum + residentMbOf(Number(pid)), 0);
  }

  #pid(): number {
    const isEngine = (pid: string): boolean => {
      const words = readOf(`/proc/${pid}/cmdline`).split('\0');
      return words.some((word) => word.endsWith('hosts/cli/main.ts')) && words.includes(this.#library);
    };
    return Number(readdirSync('/proc').find((name) => /^\d+$/.test(name) && isEngine(name)));
  }
}

export function residentMbOf(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
}

/** Nothing of a process that is gone. */
function readOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
