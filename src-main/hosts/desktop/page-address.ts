/** Addresses of the engine's page: `http://127.0.0.1:PORT/`, with the screen, filter and selection as parameters. */

/**
 * Where a page that is open goes when the engine listens elsewhere: to the same screen, filter and selection there.
 *
 * @param address the engine's, with a launch code.
 * @param shown the page's; none (no page yet) leads to the engine's first page.
 */
export function addressFor(address: string, shown: string): string {
  const url = new URL(address);
  const code = url.searchParams.get('code');
  for (const [name, value] of URL.parse(shown)?.searchParams ?? []) url.searchParams.set(name, value);
  if (code !== null) url.searchParams.set('code', code);
  return url.href;
}

/** Whether a page or a request belongs to the engine at `address`; false for all that has no origin. */
export function isOfEngine(url: string, address: string | null): boolean {
  const origin = URL.parse(url)?.origin ?? 'null';
  return address !== null && origin !== 'null' && origin === URL.parse(address)?.origin;
}
