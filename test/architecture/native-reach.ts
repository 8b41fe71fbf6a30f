/** Which native packages each host's process would load: imports followed to their end, from every file of the host. */
import { packageOf, type Import, type SourceFile } from './import-graph.ts';

interface NativeRule {
  readonly matches: (name: string) => boolean;
  readonly hosts: readonly string[];
  readonly instead: string;
}

const rules: readonly NativeRule[] = [
  {
    matches: (name) => name.startsWith('@tensorflow/tfjs-node'),
    hosts: ['compute'],
    instead: 'TensorFlow runs in compute processes alone; send them a message.',
  },
  {
    matches: (name) => name === 'sharp',
    hosts: ['decoder'],
    instead: 'sharp runs in decoder processes alone; go through the ImageDecoder port.',
  },
  {
    matches: (name) => name === 'better-sqlite3',
    hosts: ['engine', 'cli', 'compute'],
    instead: 'The library belongs to the engine and the command line; ask them.',
  },
  {
    matches: (name) => name === 'electron',
    hosts: ['electron'],
    instead: 'Everything but the shell runs without Electron.',
  },
];

/** One sentence for each native package that is reached by a host that must not load it, with the way there. */
export function forbiddenNatives(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const hosts = [...new Set(files.flatMap(({ path }) => /^src-main\/hosts\/([^/]+)\//.exec(path)?.[1] ?? []))];
  return hosts.flatMap((host) => {
    const roots = files.filter(({ path }) => path.startsWith(`src-main/hosts/${host}/`)).map(({ path }) => path);
    return forbiddenFrom(host, roots, byPath);
  });
}

function forbiddenFrom(
  host: string,
  roots: readonly string[],
  byPath: ReadonlyMap<string, SourceFile>,
): readonly string[] {
  const cameFrom = new Map<string, string | null>(roots.map((path) => [path, null]));
  const queue = [...roots];
  const problems: string[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const found of byPath.get(path)?.imports ?? []) {
      if (found.isTypeOnly) continue;
      const rule = ruleFor(found.specifier);
      if (rule !== undefined && !rule.hosts.includes(host)) {
        problems.push(`hosts/${host} loads ${found.specifier} by ${wayTo(path, cameFrom)}. ${rule.instead}`);
      }
      const { target } = found;
      if (target === null || cameFrom.has(target) || startsProcess(found)) continue;
      cameFrom.set(target, path);
      queue.push(target);
    }
  }
  return problems;
}

/** A URL that leads to a host's entry or probe starts another process; any other leads to a thread of this one. */
function startsProcess({ isUrl, target }: Import): boolean {
  return isUrl && target !== null && /^src-main\/hosts\/[^/]+\/(?:main|doctor-probe)\.ts$/.test(target);
}

function ruleFor(specifier: string): NativeRule | undefined {
  const name = packageOf(specifier);
  return name === null ? undefined : rules.find(({ matches }) => matches(name));
}

function wayTo(path: string, cameFrom: ReadonlyMap<string, string | null>): string {
  const way = [path];
  for (let from = cameFrom.get(path); from !== undefined && from !== null; from = cameFrom.get(from)) way.unshift(from);
  return way.join(' → ');
}
