/**
 * Opening the default browser at an address that holds a launch code. Arguments of a program can be read by every user of
 * the computer, so the browser is given a file that only this user can read, which leads there.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * @param folder for the file; readable by this user alone.
 * @returns forgets the file.
 */
export function openBrowser(address: string, folder: string, warn: (text: string) => void): () => void {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
  const file = join(folder, 'open.html');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, pageLeadingTo(address), { mode: 0o600 });
  chmodSync(file, 0o600);
  const child = spawn(program!, [...words, file], { stdio: 'ignore', detached: true });
  child.on('error', () => warn('No browser could be opened; open the address above yourself.'));
  child.unref();
  return () => rmSync(file, { force: true });
}

const pageLeadingTo = (address: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Kindred</title><meta http-equiv="refresh" content="0;url=${address}"><p><a href="${address}">Open Kindred</a></p>\n`;
