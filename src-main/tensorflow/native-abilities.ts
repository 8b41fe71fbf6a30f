import { nativeBackend } from './native-backend.ts';

/** Which of our own operations (`native/`) this computer can run. */
export interface NativeAbilities {
  readonly fusedNorms: boolean;
  /** Views, updates of all parameters and the norm of all gradients, each as one operation. */
  readonly wholeOperations: boolean;
  /** Convolutions and their gradients; they need a processor with bfloat16 products. */
  readonly convolutions: boolean;
}

const NONE: NativeAbilities = { fusedNorms: false, wholeOperations: false, convolutions: false };
let known: NativeAbilities | null = null;

/** They run on a CPU, and come with the addon that the set-up compiles: another addon has none. */
export function nativeAbilities(): NativeAbilities {
  known ??= askAbilities();
  return known;
}

function askAbilities(): NativeAbilities {
  const { binding } = nativeBackend();
  if (binding.isUsingGpuDevice()) return NONE;
  try {
    const [answer] = binding.executeOp('KindredAbilities', [], [], 1);
    const bits = binding.tensorDataSync(answer!.id)[0]!;
    binding.deleteTensor(answer!.id);
    return { fusedNorms: (bits & 1) > 0, wholeOperations: (bits & 1) > 0, convolutions: (bits & 2) > 0 };
  } catch {
    return NONE;
  }
}
