/**
 * The key that opens the engine's commands. It comes in the page when the address carried a launch code; then it is
 * kept for this origin (port included, so no other local server sees it) and the code leaves the address bar.
 */
const STORED = 'kindred-key';

export function takeKey(): string | null {
  const placed = document.querySelector<HTMLMetaElement>('meta[name="kindred-key"]')?.content ?? '';
  const url = new URL(location.href);
  if (url.searchParams.has('code')) {
    url.searchParams.delete('code');
    history.replaceState(history.state, '', url);
  }
  if (placed !== '') localStorage.setItem(STORED, placed);
  return localStorage.getItem(STORED);
}
