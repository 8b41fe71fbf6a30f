import { defineConfig } from '@playwright/test';
import { chromiumPath } from './test/studio/support/chromium.ts';

const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);

/** The real window on the real engine in a real Chromium: `npm test` runs these after the others. */
export default defineConfig({
  testDir: 'test/studio',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Two cores, and TensorFlow trains in some of these: one at a time.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: chromiumPath() ?? '',
      args: ['--no-sandbox', '--disable-gpu'],
      // Without a locale of UTF-8 Chromium can't read dropped files whose names are not ASCII.
      env: { ...environment, LC_ALL: 'C.UTF-8' },
    },
  },
});
