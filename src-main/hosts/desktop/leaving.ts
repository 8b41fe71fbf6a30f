/**
 * How the app ends: never under a training that nobody was asked about, and never before the engine has ended well.
 *
 *   open ──ask, nothing trains──▶ ending ──the engine is gone──▶ the process ends
 *   open ──ask, something trains──▶ asking ──"pause"──▶ ending      asking ──"stay", "background"──▶ open
 *   open, asking ──end──▶ ending
 */
import type { LeaveAnswer } from './questions.ts';

export interface LeavingPorts {
  /** Runs that train or wait. */
  readonly runs: () => number;
  readonly ask: (runs: number) => Promise<LeaveAnswer>;
  readonly goToBackground: () => void;
  /** Hides what is shown, then lets the engine end. */
  readonly endEngine: () => Promise<void>;
  /** Ends the process; called once, last. */
  readonly quit: () => void;
}

export class Leaving {
  readonly #ports: LeavingPorts;
  #state: 'open' | 'asking' | 'ending' = 'open';

  constructor(ports: LeavingPorts) {
    this.#ports = ports;
  }

  /** Somebody closes the window or quits. */
  async ask(): Promise<void> {
    if (this.#state !== 'open') return;
    const runs = this.#ports.runs();
    if (runs === 0) return this.end();
    this.#state = 'asking';
    const answer = await this.#ports.ask(runs);
    if (this.#state !== 'asking') return;
    this.#state = 'open';
    if (answer === 'background') this.#ports.goToBackground();
    if (answer === 'pause') await this.end();
  }

  /** Without a question: it was answered, or the computer shuts down. */
  async end(): Promise<void> {
    if (this.#state === 'ending') return;
    this.#state = 'ending';
    await this.#ports.endEngine();
    this.#ports.quit();
  }
}
