import { expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { choosePrecision } from '#hosts/compute/choose-precision.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';

const recipe = trainingConfigSchema.parse({
  side: 32,
  batchSize: 8,
  encoder: { depth: 18, width: 0.25, stem: 'small' },
});

it('goes by what the processor can do, and is not sure, where too much else runs for a comparison', async () => {
  const { device } = await loadTensorFlow({ threads: null });
  const busy = await choosePrecision(recipe, device, 1000);
  const { narrowConvolutions, matrixUnits } = nativeAbilities();
  expect(busy.precision).toBe(narrowConvolutions || matrixUnits ? 'bfloat16' : 'float32');
  expect(busy.isSure).toBe(false);
  const quiet = await choosePrecision(recipe, device, 0);
  expect(quiet.isSure).toBe(true);
  // Faster by far wherever the processor multiplies its tiles, however small the batch that can be measured.
  if (matrixUnits) expect(quiet.precision).toBe('bfloat16');
});
