import { spawn } from 'node:child_process';
import { writeLaunchFile } from '#hosts/engine/launch-files.ts';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens the default browser at an address with a launch code, by a file that the engine forgets (launch-files.ts). That it
 * can't be opened is no error: the address is printed too.
 */
export function openBrowser(library: string, address: string, warn: (text: string) => void): void {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  const onError = (): void => warn('No browser could be opened; open the address above yourself.');
  try {
    const child = spawn(program!, [...words, writeLaunchFile(library, address)], { stdio: 'ignore', detached: true });
    child.on('error', onError);
    child.unref();
  } catch {
    onError();
  }
}
