/**
 * Kills a run's engine, compute process or whole group with −9 at random moments, again and again, and resumes it each
 * time; then holds its losses against an unbroken run's. Prints a table and the verdict as JSON.
 *
 *   npx node test/bench/kills.ts [kills] [seed] [steps]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { RandomStream } from '#base/random.ts';
import { isGroupAlive, killGroup, runCommand, type RunningCommand, startCommand } from '#test/support/command-line.ts';

const KILLS = Number(process.argv[2] ?? 50);
const SEED = Number(process.argv[3] ?? 1);
const STEPS = Number(process.argv[4] ?? 2000);
const LATEST_MS = 15_000;
const GONE_WITHIN_MS = 20_000;
const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const OPTIONS = ['--batch', '32', '--steps', String(STEPS), '--set', 'precision=float32', '--json'];

const targets = ['engine', 'compute', 'group'] as const;
const random = new RandomStream(SEED, 'kills');
const folder = mkdtempSync(join(tmpdir(), 'kindred-kills-'));
const library = join(folder, 'library');

interface Kill {
  readonly target: (typeof targets)[number];
  readonly afterMs: number;
  readonly step: number | null;
  readonly isAllGone: boolean;
  readonly hasPartial: boolean;
}

function runId(name: string): string | null {
  for (const id of runFolders()) {
    const plan = JSON.parse(readFileSync(join(library, 'runs', id, 'run.json'), 'utf8')) as { readonly name: string };
    if (plan.name === name) return id;
  }
  return null;
}

function runFolders(): readonly string[] {
  try {
    return readdirSync(join(library, 'runs'));
  } catch {
    return [];
  }
}

/** Process ids of a command's compute children, by the kernel's tables. */
function computeProcesses({ child }: RunningCommand): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
        return parent === child.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('compute/main.ts');
      } catch {
        return false;
      }
    });
}

function strike(command: RunningCommand, target: Kill['target']): void {
  if (target === 'group') killGroup(command);
  else if (target === 'engine') command.child.kill('SIGKILL');
  else for (const pid of computeProcesses(command)) process.kill(pid, 'SIGKILL');
}

async function isGoneInTime(command: RunningCommand): Promise<boolean> {
  const endMs = performance.now() + GONE_WITHIN_MS;
  while (isGroupAlive(command)) {
    if (performance.now() > endMs) return false;
    await wait(50);
  }
  return true;
}

/** Checkpoints that `runs show` would list although they are not whole: none, ever. */
function hasPartialListed(id: string | null): boolean {
  if (id === null) return false;
  try {
    const names = readdirSync(join(library, 'runs', id, 'checkpoints'));
    const whole = ['manifest.json', 'optimizer.safetensors', 'weights.safetensors'];
    return names
      .filter((name) => name.startsWith('step-'))
      .some(
        (name) =>
          readdirSync(join(library, 'runs', id, 'checkpoints', name))
            .toSorted()
            .join() !== whole.join(),
      );
  } catch {
    return false;
  }
}

/** A line cut off by a kill is left out, as a run that goes on leaves it out. */
function lossesOf(id: string): ReadonlyMap<number, number> {
  const lines = readFileSync(join(library, 'runs', id, 'metrics.jsonl'), 'utf8').split('\n');
  const whole = lines.filter((line) => line.endsWith('}'));
  const events = whole.map((line) => JSON.parse(line) as { kind: string; step: number; loss: number });
  return new Map(events.filter(({ kind }) => kind === 'progress').map(({ step, loss }) => [step, loss]));
}

const next = (): string[] =>
  runId('broken') === null ? ['train', SAMPLE, ...OPTIONS, '--name', 'broken'] : ['resume', 'broken', '--json'];

async function killOnce(): Promise<Kill | null> {
  const target = targets[random.below(targets.length)]!;
  const afterMs = Math.round(random.uniformIn(0, LATEST_MS));
  const command = startCommand(library, next());
  let isOver = false;
  void command.ended.then(() => (isOver = true));
  while (target === 'compute' && !isOver && computeProcesses(command).length === 0) await wait(20);
  await wait(afterMs);
  if (isOver) return null;
  strike(command, target);
  const isAllGone =
    target === 'compute' ? (await command.ended, await isGoneInTime(command)) : await isGoneInTime(command);
  const { events } = await command.ended;
  const step = events.findLast(({ event }) => event === 'run.progress')?.['step'];
  const hasPartial = hasPartialListed(runId('broken'));
  return { target, afterMs, step: typeof step === 'number' ? step : null, isAllGone, hasPartial };
}

try {
  const kills: Kill[] = [];
  while (kills.length < KILLS) {
    const kill = await killOnce();
    if (kill === null) break;
    kills.push(kill);
    console.log(
      `${kills.length}\t${kill.target}\tafter ${kill.afterMs} ms\tstep ${kill.step ?? '–'}\tgone: ${kill.isAllGone}`,
    );
  }
  const last = runId('broken') === null || !isFinished() ? await runCommand(library, ...next()) : null;
  const whole = await runCommand(library, 'train', SAMPLE, ...OPTIONS, '--name', 'whole');
  const [a, b] = [lossesOf(String(whole.events.at(-1)?.['runId'])), lossesOf(runId('broken')!)];
  const largest = Math.max(
    ...Array.from(a, ([step, loss]) => Math.abs(loss - (b.get(step) ?? Number.POSITIVE_INFINITY))),
  );
  const verdict = {
    kills: kills.length,
    resumed: last === null || last.code === 0,
    leftRunning: kills.filter(({ isAllGone }) => !isAllGone).length,
    partialListed: kills.filter(({ hasPartial }) => hasPartial).length,
    steps: b.size,
    largestLossDifference: largest,
  };
  console.log(JSON.stringify(verdict));
  process.exitCode = largest <= 1e-6 && verdict.leftRunning === 0 && verdict.partialListed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isFinished(): boolean {
  return lossesOf(runId('broken')!).has(STEPS);
}
