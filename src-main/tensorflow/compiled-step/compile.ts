/**
 * Compiled steps: pure functions of named tensors, written in tfjs, run as one TensorFlow graph that holds the state.
 *
 *   record.ts            function  → program      nothing is computed
 *   passes/              program   → program      each alone and named
 *   separate-settled.ts  program   → two          what follows from the state alone, and the rest
 *   graph-definition.ts  programs  → graph        entry points over the same variables
 *   graph-bytes.ts       graph     → GraphDef, SavedModel
 *   session.ts           graph     → a running session
 *
 * Nothing here knows what is trained.
 */
import { graphDefinition, type EntryPoint, type GraphDefinition } from './graph-definition.ts';
import { removeDeadNodes } from './passes/remove-dead-nodes.ts';
import type { Pass, TensorType } from './program.ts';
import { recordProgram, type PureFunction, type TensorTypes } from './record.ts';
import { separateSettled } from './separate-settled.ts';
import { READ_STATE, WRITE_STATE, readStateEntry, writeStateEntry } from './state-entry-points.ts';

export interface CompiledFunction {
  readonly run: PureFunction;
  readonly inputs: TensorTypes;
  /** Outputs that must be finite before the state changes. */
  readonly guards: readonly string[];
  /** In this order; dead nodes are removed after the last. */
  readonly passes: readonly Pass[];
  /** Whether it runs often over one state: then `settleEntry` has to run after each change of the state. */
  readonly isSettled?: boolean;
}

const SETTLE = 'ofState/';
/** The entry point that computes what a function with `isSettled` needs and the state alone decides. */
export const settleEntry = (name: string): string => `${SETTLE}${name}`;
export const isSettleEntry = (entryPoint: string): boolean => entryPoint.startsWith(SETTLE);

/**
 * Records each function and joins them, with `readState` and `writeState`, over one state.
 *
 * @param own variables beside the state, which the functions may read once one of them has given them a value; the two
 *   entry points leave them out.
 * @throws RecordingError when a function can't be recorded; the caller then runs it eagerly.
 */
export function compileGraph(
  state: TensorTypes,
  functions: ReadonlyMap<string, CompiledFunction>,
  own: TensorTypes = new Map(),
): GraphDefinition {
  const variables = new Map([...state, ...own]);
  const kept = new Map<string, TensorType>();
  const entryPoints = new Map<string, EntryPoint>([
    [READ_STATE, readStateEntry(state)],
    [WRITE_STATE, writeStateEntry(state)],
  ]);
  for (const [name, { run, inputs, guards, passes, isSettled = false }] of functions) {
    const recorded = recordProgram({ state: variables, inputs, run });
    const program = [...passes, removeDeadNodes].reduce((changed, pass) => pass(changed), recorded);
    if (!isSettled) {
      entryPoints.set(name, { program, guards });
      continue;
    }
    const parts = separateSettled(program, `kept/${name}`);
    for (const [variable, type] of parts.kept) kept.set(variable, type);
    entryPoints.set(settleEntry(name), { program: parts.settle, guards: [] });
    entryPoints.set(name, { program: parts.rest, guards });
  }
  return graphDefinition(new Map([...variables, ...kept]), entryPoints);
}
