import { KindredError } from '#base/errors.ts';
import type { StateArrays } from '#training/ports.ts';
import type { TensorTypes } from '../compiled-step/record.ts';

/** @throws KindredError `checkpoint.damaged` when an array is missing, unknown or of another type or shape. */
export function checkState(types: TensorTypes, state: StateArrays): void {
  for (const [name, { shape, dtype }] of types) {
    const given = state.get(name);
    if (given === undefined) throw mismatch(name, `is missing; the network needs it as ${dtype} [${shape.join(', ')}]`);
    if (given.dtype === dtype && given.shape.join() === shape.join()) continue;
    const [wanted, was] = [`${dtype} [${shape.join(', ')}]`, `${given.dtype} [${given.shape.join(', ')}]`];
    throw mismatch(name, `is ${was} where the network needs ${wanted}`);
  }
  for (const name of state.keys()) if (!types.has(name)) throw mismatch(name, 'is nothing the network has');
}

function mismatch(name: string, what: string): KindredError {
  const message = `The state does not fit the network: "${name}" ${what}. It was made with another configuration.`;
  return new KindredError('checkpoint.damaged', message, { name });
}
