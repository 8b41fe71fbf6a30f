import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** Those that decide how fast a matrix product is. */
const TELLING = /^(avx2|fma|avx512f|avx512_bf16|avx512_vnni|amx_bf16|amx_tile|asimd|bf16|sve)$/;

/** The processor with its cores and instruction sets, and its memory. */
export function machineText(): string {
  const cpuInfo = readFileSync('/proc/cpuinfo', 'utf8');
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? '';
  const sets = flags.split(' ').filter((flag) => TELLING.test(flag));
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]!.model}, ${availableParallelism()} cores (${sets.join(', ')}), ${memory} GB`;
}

/** Versions of what was measured; the peer's from its Python. */
export async function versionsText(python: string | null): Promise<string> {
  const wheels = new URL('../../../scripts/setup/wheels.mjs', import.meta.url);
  const { tensorflowVersion } = (await import(wheels.href)) as { readonly tensorflowVersion: string };
  const ours = `Node ${process.versions.node}, TensorFlow ${tensorflowVersion}`;
  if (python === null) return ours;
  const code = `from importlib.metadata import version
print(', '.join(f'{name} {version(name)}' for name in ('torch', 'torchvision', 'lightly')))`;
  return `${ours}, ${execFileSync(python, ['-c', code], { encoding: 'utf8' }).trim()}`;
}
