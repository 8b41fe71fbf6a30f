import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { KindredError } from '#base/errors.ts';

/** Loading TensorFlow takes a second; on a cold disk, several. */
const LIMIT_MS = 120_000;
const KEPT_CHARACTERS = 1500;

/**
 * Runs a probe in a process of its own and reads the JSON line it prints.
 *
 * @param what for the message, e.g. "TensorFlow".
 * @throws KindredError `setup.incomplete` when it dies, says nothing in time, or says something else.
 */
export function askProbe<Facts>(
  what: string,
  script: URL,
  schema: z.ZodType<Facts>,
  signal: AbortSignal,
): Promise<Facts> {
  const options = { timeout: LIMIT_MS, signal, env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env } };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [fileURLToPath(script)], options, (error, stdout, stderr) => {
      const facts = error === null ? factsIn(stdout, schema) : null;
      if (facts !== null) resolve(facts);
      else
        reject(failure(what, (stderr || stdout || error?.message) ?? '', error?.signal ?? error?.code ?? null, error));
    });
  });
}

function factsIn<Facts>(stdout: string, schema: z.ZodType<Facts>): Facts | null {
  try {
    return schema.safeParse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).data ?? null;
  } catch {
    return null;
  }
}

function failure(what: string, said: string, ended: string | number | null, cause: unknown): KindredError {
  const how = ended === null ? 'ended without an answer' : `ended with ${ended}`;
  const words = said.trim().slice(-KEPT_CHARACTERS);
  const text = `The process that tries ${what} ${how}. Run "npm run setup"; if that changes nothing, delete node_modules and start again. It said: ${words}`;
  return new KindredError('setup.incomplete', text, { what, ended }, cause);
}
