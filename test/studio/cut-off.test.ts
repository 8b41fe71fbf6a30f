/** Adding images that is cut off by the end of the engine goes on at the next start; what somebody stopped does not. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/studio-test.ts';

const files = (count: string) => ({ name: count, exact: true });

test('an import that a kill cut off goes on by itself after the next start', async ({
  page,
  engine,
  library,
  watch,
}) => {
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await expect(page.getByText(/of 1,\d\d\d files/)).toBeVisible();
  watch.expectLostEngine();
  await engine.killAtOnce();
  expect(readdirSync(join(library, 'imports'))).toHaveLength(1);
  await engine.start();
  await expect(page.getByText(/^Sample images: .* new files\.$/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('heading', files('1,000 files'))).toBeVisible();
  expect(readdirSync(join(library, 'imports'))).toEqual([]);
});

test('an import that somebody stopped stays as it is', async ({ page, engine, library, watch }) => {
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await page.getByRole('button', { name: 'Stop: Adding sample images' }).click();
  await expect(page.getByText('Adding sample images')).toBeHidden();
  expect(readdirSync(join(library, 'imports'))).toEqual([]);
  watch.expectLostEngine();
  await engine.killAtOnce();
  await engine.start();
  await expect(page.getByText('The engine is not answering')).toBeHidden();
  await expect(page.getByText('Going on with adding images')).toHaveCount(0);
});
