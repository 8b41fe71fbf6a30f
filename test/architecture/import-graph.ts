/** Who imports whom in this repository, read from the sources. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** As written: `#base/ids.ts`, `./a.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Path below the root when it is a file of ours, else null. */
  readonly target: string | null;
  /** `import type …`: gone at run time. */
  readonly isTypeOnly: boolean;
  /** `new URL('./worker.ts', import.meta.url)`: the start of a thread or process. */
  readonly isUrl: boolean;
}

export interface SourceFile {
  /** Path below the root, separated by `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const EXTENSIONS = ['.ts', '.svelte'];
const URL_IMPORT = /new URL\(\s*['"](\.{1,2}\/[^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g;
const BUILTIN = new Set(builtinModules);

/** All sources below `root/folders`, with their imports resolved. Folders that don't exist are left out. */
export function readSources(root: string, folders: readonly string[]): readonly SourceFile[] {
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  const paths = present.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => EXTENSIONS.some((extension) => name.endsWith(extension)))
      .map((name) =>
        relative(root, join(root, folder, name))
          .split(sep)
          .join('/'),
      ),
  );
  return paths.toSorted().map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsIn(path, text) };
  });
}

/** The imports of one file; of a Svelte component, those of its script blocks. */
export function importsIn(path: string, text: string): readonly Import[] {
  const code = path.endsWith('.svelte') ? scriptBlocks(text) : text;
  const written = ts.preProcessFile(code, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    target: targetOf(path, fileName),
    isTypeOnly: isTypeOnly(code, pos),
    isUrl: false,
  }));
  const urls = Array.from(code.matchAll(URL_IMPORT), ([, specifier = '']) => ({
    specifier,
    target: targetOf(path, specifier),
    isTypeOnly: false,
    isUrl: true,
  }));
  return [...written, ...urls];
}

function scriptBlocks(text: string): string {
  return Array.from(text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g), ([, code = '']) => code).join('\n');
}

/** Looks back from a specifier to the keyword that begins its statement. */
function isTypeOnly(code: string, position: number): boolean {
  const keywords = [...code.slice(0, position).matchAll(/\b(?:import|export)\b(\s+type\b(?!\s*(?:,|from\b)))?/g)];
  return keywords.at(-1)?.[1] !== undefined;
}

function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith('#test/')) return specifier.slice(1);
  if (specifier.startsWith('#')) return `src-main/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return posix.normalize(posix.join(dirname(path), specifier));
  return null;
}

/** `@scope/name` or `name` of a package import; null for files of ours and for Node's own modules. */
export function packageOf(specifier: string): string | null {
  if (/^[.#/]/.test(specifier) || isBuiltin(specifier)) return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || BUILTIN.has(specifier);
}
