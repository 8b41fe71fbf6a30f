/** The arrows of the layout: what each folder may import, and what to do instead of breaking one. */
import { isBuiltin, packageOf, type SourceFile } from './import-graph.ts';

interface FolderRule {
  /** Folders of `src-main` (or paths below it) that may be imported, beside the folder itself. */
  readonly mayImport: readonly string[];
  /** Pure folders touch neither Node nor native packages. */
  readonly isPure: boolean;
  /** Said when the rule is broken. */
  readonly instead: string;
}

const pure = (mayImport: readonly string[], instead: string): FolderRule => ({ mayImport, isPure: true, instead });
const adapter = (...ports: readonly string[]): FolderRule => ({
  mayImport: ['base', ...ports],
  isPure: false,
  instead: 'An adapter knows base and the port it implements; what it needs from another adapter is wired in a host.',
});

const INPUTS = 'Take it as an argument: pure folders get values and functions, hosts fetch them.';

/** Keys are folders of `src-main`; `hosts` may import anything and is not listed. */
export const arrows: Readonly<Record<string, FolderRule>> = {
  base: pure([], 'base imports nothing; put what needs more into the folder that needs it.'),
  contract: pure([], 'The contract is self-contained, for any face to read; declare the shape in contract/ itself.'),
  simclr: pure(['base'], INPUTS),
  evaluation: pure(['base'], INPUTS),
  curation: pure(['base'], INPUTS),
  training: {
    mayImport: ['simclr', 'base'],
    isPure: true,
    instead: 'Declare what the loop needs in training/ports.ts and let a host pass the adapter in.',
  },
  application: {
    mayImport: ['contract', 'curation', 'evaluation', 'base'],
    isPure: false,
    instead: 'Declare a port in application/ports/ and let a host pass the adapter in.',
  },
  tensorflow: adapter('training/ports.ts', 'simclr/ops', 'application/ports'),
  images: adapter('application/ports', 'training/ports.ts'),
  database: adapter('application/ports'),
  vectors: adapter('application/ports'),
  checkpoints: adapter('training/ports.ts', 'application/ports'),
};

/** Packages that a pure folder may use at run time. */
const PURE_PACKAGES = new Set(['@tensorflow/tfjs-core', 'zod', '@orpc/contract']);

/** One sentence for each broken arrow: who, what, which rule, what to do instead. */
export function brokenArrows(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier, target }) => {
      const problem = file.path.startsWith('src-renderer/')
        ? problemOfRenderer(target)
        : problemOfMain(file.path, specifier, target);
      return problem === null ? [] : [`${file.path} imports ${specifier}: ${problem}`];
    }),
  );
}

function problemOfRenderer(target: string | null): string | null {
  if (target === null || target.startsWith('src-renderer/') || target.startsWith('src-main/contract/')) return null;
  return 'the window imports src-main/contract alone. Ask the engine for it through a command of the contract.';
}

function problemOfMain(path: string, specifier: string, target: string | null): string | null {
  const folder = path.split('/')[1] ?? '';
  if (folder === 'hosts') return target?.startsWith('src-renderer/') ? 'hosts serve the window as files.' : null;
  const rule = arrows[folder];
  if (rule === undefined) return `src-main/${folder} is not part of the layout. Give it a rule in arrows.ts first.`;
  if (target !== null) return mayReach(folder, rule, target) ? null : `${folderSentence(folder, rule)} ${rule.instead}`;
  if (!rule.isPure) return null;
  if (isBuiltin(specifier)) return `${folder}/ is pure and does not touch Node. ${rule.instead}`;
  const name = packageOf(specifier);
  return name === null || PURE_PACKAGES.has(name)
    ? null
    : `${folder}/ is pure and does not use ${name}. ${rule.instead}`;
}

function mayReach(folder: string, rule: FolderRule, target: string): boolean {
  return [folder, ...rule.mayImport].some((allowed) => {
    const path = `src-main/${allowed}`;
    return target === path || target.startsWith(`${path}/`);
  });
}

function folderSentence(folder: string, rule: FolderRule): string {
  return rule.mayImport.length === 0
    ? `${folder}/ imports nothing of ours.`
    : `${folder}/ may import ${rule.mayImport.join(', ')} alone.`;
}
