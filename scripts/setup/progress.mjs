/**
 * What set-up says while it works, on stderr so that `--json` output stays clean: one line a step with what is left,
 * and within a long step one line every few seconds.
 */
const INTERVAL_MS = 3000;

export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** 1234567 → "1 MB". */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}

/**
 * Runs the steps that are needed, in order.
 * @param steps `{ title, run }[]`; `run` gets a function that reports progress within the step.
 */
export async function runSteps(steps) {
  const started = performance.now();
  say(`Set-up: ${steps.map((step) => step.title).join(' · ')}`);
  for (const [index, step] of steps.entries()) {
    const left = steps.length - index - 1;
    const label = `[${index + 1}/${steps.length}]`;
    say(`${label} ${step.title}${left === 0 ? '' : ` (then ${left} more)`}`);
    const begun = performance.now();
    await step.run((text) => say(`${label}   ${text}`));
    say(`${label} done in ${seconds(performance.now() - begun)}`);
  }
  say(`Set-up finished in ${seconds(performance.now() - started)}.`);
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Calls `report(text())` every few seconds until `work` settles; an empty text says nothing. */
export async function withHeartbeat(work, report, text) {
  const timer = setInterval(() => {
    const line = text();
    if (line !== '') report(line);
  }, INTERVAL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
