import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { doctorReportSchema } from '#contract/doctor.ts';
import { instructionSetsIn } from '#hosts/cli/doctor/machine-facts.ts';
import { askProbe } from '#hosts/cli/doctor/probe-process.ts';

const main = fileURLToPath(new URL('../../../../src-main/hosts/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kindred-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function doctor(...options: readonly string[]): string {
  const args = [main, 'doctor', '--library', join(folder, 'library'), ...options];
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

describe('the command doctor', () => {
  it('prints one JSON object with every part answered, and makes no library', () => {
    const lines = doctor('--json').trim().split('\n');
    expect(lines).toHaveLength(1);
    const report = doctorReportSchema.extend({ event: z.literal('doctor.finished') }).parse(JSON.parse(lines[0] ?? ''));
    expect(report.problems).toEqual([]);
    expect(report.compute?.tensorflow).toMatch(/^2\.\d+\.\d+/);
    expect(report.compute?.convolutionGflops).toBeGreaterThan(0);
    expect(report.decoder?.formats).toContain('jpeg');
    expect(report.library?.exists).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells a person versions, the device and why, and where the library will be', () => {
    const text = doctor();
    expect(text).toMatch(/^TensorFlow +2\.\d+/m);
    expect(text).toMatch(/^trains on +(CPU|GPU)/m);
    expect(text).toMatch(/^library +none yet at /m);
  });
});

describe('a probe', () => {
  const schema = z.object({ fine: z.boolean() });

  it('that cannot be started rejects with what it said and what to do', async () => {
    const missing = new URL('missing-probe.ts', import.meta.url);
    await expect(askProbe('sharp', missing, schema, new AbortController().signal)).rejects.toMatchObject({
      code: 'setup.incomplete',
      message: expect.stringMatching(/tries sharp ended with 1\. Run "npm run setup".*missing-probe/s),
    });
  });
});

describe('instructionSetsIn', () => {
  it('names the sets of the first processor that TensorFlow can use', () => {
    const text =
      'processor : 0\nflags\t\t: fpu sse4_2 avx avx2 fma avx512f avx512_bf16\n\nprocessor : 1\nflags : amx_bf16\n';
    expect(instructionSetsIn(text)).toEqual(['SSE4.2', 'AVX', 'AVX2', 'FMA', 'AVX-512F', 'AVX-512 BF16']);
  });

  it('reads the features of an ARM processor', () => {
    expect(instructionSetsIn('Features\t: fp asimd aes asimddp bf16\n')).toEqual(['NEON', 'NEON dot product', 'BF16']);
  });

  it('is empty where nothing is told', () => expect(instructionSetsIn('')).toEqual([]));
});
