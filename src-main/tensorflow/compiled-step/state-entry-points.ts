/** The two entry points every graph has: all variables out, all variables in. */
import type { EntryPoint } from './graph-definition.ts';
import { ProgramBuilder } from './program-builder.ts';
import type { Ref, TensorType } from './program.ts';

export const READ_STATE = 'readState';
export const WRITE_STATE = 'writeState';

/** Outputs: every variable by name. */
export function readStateEntry(variables: ReadonlyMap<string, TensorType>): EntryPoint {
  const builder = new ProgramBuilder();
  const outputs = new Map<string, Ref>();
  for (const [name, type] of variables) outputs.set(name, builder.variable(name, type));
  return { program: builder.finish(new Map(), outputs), guards: [] };
}

/** Inputs: every variable by name. Also what makes the variables in the first place. */
export function writeStateEntry(variables: ReadonlyMap<string, TensorType>): EntryPoint {
  const builder = new ProgramBuilder();
  const updates = new Map<string, Ref>();
  for (const [name, type] of variables) updates.set(name, builder.input(name, type));
  return { program: builder.finish(updates, new Map()), guards: [] };
}
