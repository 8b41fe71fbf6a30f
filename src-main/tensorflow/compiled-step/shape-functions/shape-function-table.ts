/** Every operation that can be recorded. One not in it makes recording fail by name, and the run goes on eagerly. */
import type { ShapeFunction } from '../operation-call.ts';
import { creation } from './creation.ts';
import { elementwise } from './elementwise.ts';
import { layout } from './layout.ts';
import { network } from './network.ts';
import { reductions } from './reductions.ts';

export const shapeFunctions: ReadonlyMap<string, ShapeFunction> = new Map([
  ...elementwise,
  ...reductions,
  ...layout,
  ...network,
  ...creation,
]);
