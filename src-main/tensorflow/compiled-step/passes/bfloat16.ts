/** Placeholder. */
import type { Program } from '../program.ts';

export function bfloat16(program: Program): Program {
  return program;
}
