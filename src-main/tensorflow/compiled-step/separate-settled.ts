/**
 * What of a program follows from the state alone, apart from what needs its inputs: a function that is called again and
 * again over a state that stays as it is need not compute the former each time (kernels with their norms in them, narrowed).
 *
 *   program(state, inputs)  →  settle(state) = kept;  rest(kept, state, inputs)
 */
import { removeDeadNodes } from './passes/remove-dead-nodes.ts';
import { rewriteProgram } from './passes/rewrite-program.ts';
import { typeOf, type Program, type Ref, type TensorType } from './program.ts';

export interface SeparatedProgram {
  /** Gives the variables `kept` their values. Takes no input. */
  readonly settle: Program;
  /** Gives the outputs of the program, when `settle` ran since the state last changed. */
  readonly rest: Program;
  /** By name, as they are to be among the session's variables. */
  readonly kept: ReadonlyMap<string, TensorType>;
}

/**
 * @param program without updates.
 * @param prefix of the names of what is kept.
 */
export function separateSettled(program: Program, prefix: string): SeparatedProgram {
  if (program.updates.size > 0) throw new Error('Of a program that changes the state nothing is settled.');
  const { isSettled, isVarying } = dependences(program);
  const kept = new Map<number, string>();
  const needs = [
    ...program.nodes.flatMap(({ inputs }, index) => (isSettled[index] ? [] : inputs)),
    ...program.outputs.values(),
  ];
  for (const { node } of needs) if (isSettled[node]) kept.set(node, `${prefix}/${node}`);
  const keptRefs = [...kept].flatMap(([node, name]) =>
    program.nodes[node]!.outputs.map((_, output): [string, Ref] => [`${name}.${output}`, { node, output }]),
  );
  const rest = rewriteProgram(program, (node, builder, index) => {
    if (kept.has(index)) return node.outputs.map((type, i) => builder.variable(`${kept.get(index)!}.${i}`, type));
    return isSettled[index] ? [] : builder.addNode(node);
  });
  const alone: Program = { nodes: program.nodes, updates: new Map(keptRefs), outputs: new Map() };
  const settle = rewriteProgram(alone, (node, builder, index) => (isVarying[index] ? [] : builder.addNode(node)));
  return {
    settle: removeDeadNodes(settle),
    rest: removeDeadNodes(rest),
    kept: new Map(keptRefs.map(([name, ref]) => [name, typeOf(program, ref)])),
  };
}

/**
 * By index: which nodes follow from inputs, and which from variables and no input. What follows from constants alone is
 * neither: TensorFlow folds it itself.
 */
function dependences({ nodes }: Program): {
  readonly isVarying: readonly boolean[];
  readonly isSettled: readonly boolean[];
} {
  const isVarying: boolean[] = [];
  const isOfState: boolean[] = [];
  nodes.forEach(({ op, inputs }, index) => {
    isVarying[index] = op === 'Input' || inputs.some(({ node }) => isVarying[node]);
    isOfState[index] = op === 'Variable' || inputs.some(({ node }) => isOfState[node]);
  });
  const isSettled = nodes.map(({ op }, index) => op !== 'Variable' && isOfState[index]! && !isVarying[index]!);
  return { isVarying, isSettled };
}
