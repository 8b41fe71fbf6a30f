/** A contestant's processes: one group, started, halted, let go on, weighed and ended together. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const living = new Set<ProcessGroup>();
process.on('exit', () => living.forEach((group) => group.signal('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const WORDS_KEPT = 4000;

export class ProcessGroup {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  #words = '';

  constructor(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, words, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    living.add(this);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-WORDS_KEPT);
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', () => {
        living.delete(this);
        resolve();
      });
    });
  }

  /** What it wrote to stderr last. */
  get lastWords(): string {
    return this.#words;
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // All of it had ended.
    }
  }

  async end(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Proportional set size of the group's processes in bytes: memory they share is counted once. */
  memoryBytes(): number {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && groupOf(name) === this.child.pid)
      .reduce((sum, pid) => sum + proportionalBytes(pid), 0);
  }
}

function groupOf(pid: string): number | null {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

function proportionalBytes(pid: string): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return 1024 * Number(kilobytes ?? 0);
}

/** null: the process is gone, or not ours. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
