/** A recorded program run once, as a session would. */
import { graphDefinition } from '#tensorflow/compiled-step/graph-definition.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import type { TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { Session, type TensorValues } from '#tensorflow/compiled-step/session.ts';
import { writeStateEntry } from '#tensorflow/compiled-step/state-entry-points.ts';

/** @returns the values of all its outputs, by name. @param state written before the run; none when left out. */
export function runProgram(
  program: Program,
  inputs: ReadonlyMap<string, TensorValues>,
  state: { readonly types: TensorTypes; readonly values: ReadonlyMap<string, TensorValues> } | null = null,
): ReadonlyMap<string, Float32Array> {
  const types: TensorTypes = state?.types ?? new Map();
  const entries = [
    ['run', { program, guards: [] }] as const,
    ...(state === null ? [] : [['write', writeStateEntry(types)] as const]),
  ];
  const session = new Session(graphDefinition(types, new Map(entries)));
  try {
    if (state !== null) session.run('write', state.values);
    return new Map(
      [...session.run('run', inputs)].map(([name, { values }]) => [name, Float32Array.from(values as Float32Array)]),
    );
  } finally {
    session.dispose();
  }
}
