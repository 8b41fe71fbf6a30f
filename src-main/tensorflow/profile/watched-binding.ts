import type { NativeBinding } from '../native-backend.ts';

/** What a call of the binding is for: tensors in, work, values out. */
export type BindingPart = 'feeding' | 'session' | 'reading';

/** Is given each call and makes it, once. */
export interface BindingWatch {
  readonly around: <T>(part: BindingPart, call: () => T) => T;
  /** As `around` for the part `session`: all of a compiled run. */
  readonly aroundRun: <T>(call: () => T) => T;
  /** The same for one operation of the eager step. */
  readonly aroundOperation: <T>(op: string, call: () => T) => T;
}

/** A binding like the one given, whose calls that take time are watched. */
export function watchedBinding(binding: NativeBinding, watch: BindingWatch): NativeBinding {
  const calls: Partial<NativeBinding> = {
    createTensor: (...given) => watch.around('feeding', () => binding.createTensor(...given)),
    tensorDataSync: (id) => watch.around('reading', () => binding.tensorDataSync(id)),
    runSavedModel: (...given) => watch.aroundRun(() => binding.runSavedModel(...given)),
    executeOp: (op, ...given) => watch.aroundOperation(op, () => binding.executeOp(op, ...given)),
  };
  const descriptors = Object.entries(calls).map(([name, value]) => [name, { value }]);
  return Object.create(binding, Object.fromEntries(descriptors)) as NativeBinding;
}
