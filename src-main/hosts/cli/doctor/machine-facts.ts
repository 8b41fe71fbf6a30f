import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem, type } from 'node:os';
import type { MachineFacts } from '#contract/doctor.ts';

/** Flags as Linux writes them, and the names people know; only those that matter to TensorFlow's kernels. */
const INSTRUCTION_SETS: Readonly<Record<string, string>> = {
  sse4_2: 'SSE4.2',
  avx: 'AVX',
  avx2: 'AVX2',
  fma: 'FMA',
  avx_vnni: 'AVX-VNNI',
  avx512f: 'AVX-512F',
  avx512_vnni: 'AVX-512 VNNI',
  avx512_bf16: 'AVX-512 BF16',
  avx512_fp16: 'AVX-512 FP16',
  amx_tile: 'AMX',
  amx_bf16: 'AMX BF16',
  amx_int8: 'AMX INT8',
  asimd: 'NEON',
  asimddp: 'NEON dot product',
  bf16: 'BF16',
  i8mm: 'I8MM',
  sve: 'SVE',
};

/** @param cpuInfo the text of /proc/cpuinfo; only its first processor is read. */
export function instructionSetsIn(cpuInfo: string): readonly string[] {
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuInfo)?.[1]?.split(/\s+/) ?? []);
  return Object.entries(INSTRUCTION_SETS).flatMap(([flag, name]) => (flags.has(flag) ? [name] : []));
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/** The memory a container allows, where it allows less than the machine has (cgroup v2). */
function memoryLimitBytes(): number {
  const limit = Number(readOr('/sys/fs/cgroup/memory.max', 'max').trim());
  return Number.isFinite(limit) && limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

export function machineFacts(): MachineFacts {
  const memoryBytes = memoryLimitBytes();
  return {
    platform: platform(),
    arch: arch(),
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructionSets: instructionSetsIn(readOr('/proc/cpuinfo', '')),
    memoryBytes,
    freeMemoryBytes: Math.min(freemem(), memoryBytes),
  };
}
