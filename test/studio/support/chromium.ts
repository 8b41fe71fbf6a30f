/** The Chromium that `npm test` found (scripts/setup/browser.mjs), or null where there is none. */
export function chromiumPath(): string | null {
  const path = process.env.KINDRED_CHROMIUM;
  return path === undefined || path === '' ? null : path;
}
