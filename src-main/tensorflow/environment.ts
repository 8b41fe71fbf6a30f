import { availableParallelism } from 'node:os';

/** Each has all threads then. Two at once, each with half of them, take a tenth longer for small networks (measured). */
const OPERATIONS_AT_ONCE = '1';

/** Memory in pages of 2 MB where the C library can: norms and convolutions take a few hundredths less (measured). */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';

const NO_GPU = { CUDA_VISIBLE_DEVICES: '-1' };

/**
 * What a process finds in its environment so that TensorFlow is quiet, takes as many threads as it is given and grows
 * into a GPU's memory. A worker thread's environment is a copy that native code does not see: a process that loads
 * TensorFlow in a worker thread is started with these.
 *
 * Where the CPU was asked for (`KINDRED_DEVICE=cpu`) no GPU is to be seen, not even one that a job's environment names:
 * a TensorFlow that can use GPUs would take some hundred megabytes of each, to compute on the CPU.
 *
 * @param threads that share the work of one operation; null: one for each core.
 * @param environment what is set there already stays as it is.
 */
export function tensorFlowEnvironment(
  threads: number | null,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const count = String(threads ?? availableParallelism());
  const usual = {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: OPERATIONS_AT_ONCE,
    OMP_NUM_THREADS: count,
    GLIBC_TUNABLES: LARGE_PAGES,
  };
  const missing = Object.entries(usual).filter(([name]) => environment[name] === undefined);
  return { ...Object.fromEntries(missing), ...(environment['KINDRED_DEVICE'] === 'cpu' ? NO_GPU : {}) };
}
