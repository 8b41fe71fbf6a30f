import { nativeBackend } from './native-backend.ts';

/** Which of our own operations (`native/`) this computer can run. */
export interface NativeAbilities {
  readonly fusedNorms: boolean;
  /** Views, updates of all parameters and the norm of all gradients, each as one operation. */
  readonly wholeOperations: boolean;
  /** Convolutions of float32 and their gradients; they need a processor with AVX-512. */
  readonly convolutions: boolean;
  /** The same of bfloat16, which needs its products too; and not where TensorFlow's alone use matrix units. */
  readonly narrowConvolutions: boolean;
  /** The processor multiplies tiles of bfloat16 (Intel AMX): our convolutions of it use that, without them TensorFlow's. */
  readonly matrixUnits: boolean;
}

const NONE: NativeAbilities = {
  fusedNorms: false,
  wholeOperations: false,
  convolutions: false,
  narrowConvolutions: false,
  matrixUnits: false,
};
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
    const has = (bit: number): boolean => (bits & bit) > 0;
    return {
      fusedNorms: has(1),
      wholeOperations: has(1),
      convolutions: has(4),
      narrowConvolutions: has(2),
      matrixUnits: has(8),
    };
  } catch {
    return NONE;
  }
}
