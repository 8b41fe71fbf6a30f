/**
 * Tests of our operations do without them where the processor lacks what they need. Here it is held to what the system
 * says of the processor, so that none is passed over where it could have run.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

it.runIf(process.platform === 'linux' && process.arch === 'x64')('are what the processor has', ({ skip }) => {
  skip(nativeBackend().binding.isUsingGpuDevice(), 'they run on a CPU alone');
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))![1]!.split(' '));
  const has = (...names: readonly string[]): boolean => names.every((name) => flags.has(name));
  expect(nativeAbilities()).toEqual({
    fusedNorms: true,
    wholeOperations: true,
    convolutions: has('avx512f', 'avx512bw', 'avx512vl'),
    narrowConvolutions: has('avx512f', 'avx512bw', 'avx512vl', 'avx512_bf16'),
    matrixUnits: has('amx_bf16', 'amx_tile'),
  });
});
