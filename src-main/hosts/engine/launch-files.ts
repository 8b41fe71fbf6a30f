/**
 * Files that lead a browser to an address with a launch code. Arguments of a program can be read by every user of the
 * computer, so a browser is given such a file: this user alone can read it, and its name says nothing of the code. It is
 * there until the code is redeemed or the engine ends.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^open-[0-9a-f]{16}\.html$/;

const folderOf = (library: string): string => join(library, 'access');

function fileOf(library: string, code: string): string {
  return join(folderOf(library), `open-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.html`);
}

/** @param address with its code. @returns the path of the file. */
export function writeLaunchFile(library: string, address: string): string {
  const file = fileOf(library, new URL(address).searchParams.get('code') ?? '');
  mkdirSync(folderOf(library), { recursive: true, mode: 0o700 });
  writeFileSync(file, pageLeadingTo(address), { mode: 0o600, flag: 'wx' });
  return file;
}

export function forgetLaunchFile(library: string, code: string): void {
  rmSync(fileOf(library, code), { force: true });
}

/** Those that nobody opened: their codes end with the engine. */
export function forgetLaunchFiles(library: string): void {
  for (const name of readdirSync(folderOf(library)))
    if (NAME.test(name)) rmSync(join(folderOf(library), name), { force: true });
}

const pageLeadingTo = (address: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Kindred</title><meta http-equiv="refresh" content="0;url=${address}"><p><a href="${address}">Open Kindred</a></p>\n`;
