/**
 * How the app ends: never under a training or other work that nobody was asked about, and never before the engine has ended well.
 *
 *   open ──ask, no work runs──▶ ending ──the engine is gone──▶ the process ends
 *   open ──ask, some work runs──▶ asking ──"pause"──▶ ending      asking ──"stay", "background"──▶ open
 *   open, asking ──end──▶ ending
 */
import { isWorking, type LeaveAnswer, type Work } from './questions.ts';

export interface LeavingPorts {
  readonly work: () => Work;
  readonly ask: (work: Work) => Promise<LeaveAnswer>;
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
    const work = this.#ports.work();
    if (!isWorking(work)) return this.end();
    this.#state = 'asking';
    const answer = await this.#ports.ask(work);
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
