/** What the words after `npm start` ask for. */
import { resolve } from 'node:path';

const VALUED = new Set(['--library', '--port']);

/** True for a command line that opens the studio: no command, or `studio`; not one that asks for help. */
export function opensStudio(words) {
  if (words.includes('--help') || words.includes('-h')) return false;
  const command = words.find((word, i) => !word.startsWith('-') && !VALUED.has(words[i - 1]));
  return command === undefined || command === 'studio';
}

/**
 * What a window of its own is started with, each as `--name=value`, since other words are files to be opened there.
 *
 * @returns null when the words ask for anything but a window, or are wrong, which the command line says better.
 */
export function windowWords(words) {
  const found = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 'studio' && i === words.indexOf('studio')) continue;
    const [, name, joined] = /^--(library|port)(?:=(.*))?$/s.exec(words[i]) ?? [];
    if (name === undefined) return null;
    const value = joined ?? words[++i];
    if (value === undefined || value === '') return null;
    if (name === 'port' && !(/^\d{1,5}$/.test(value) && Number(value) <= 65_535)) return null;
    found.push(`--${name}=${name === 'library' ? resolve(value) : value}`);
  }
  return found;
}
