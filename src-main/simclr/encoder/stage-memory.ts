import { PIXELS, type Stage } from './stages.ts';

/**
 * The most values of one view that are held at once while a batch goes through the stages and back: what stages made,
 * and the loss's slopes in them. Follows the schedule: forwards, all is let go that is not kept and not needed any
 * more; backwards, what a stage needs is made again first, and the stage is let go after it.
 */
export function largestHeldValues(stages: readonly Stage[]): number {
  const sizeOf = new Map(stages.map(({ name, shape }) => [name, shape.reduce((product, size) => product * size, 1)]));
  const held = new Set<string>();
  const slopes = new Set<string>();
  let most = 0;
  const measure = (more: readonly string[]): void => {
    const total = [...held, ...slopes, ...more].reduce((sum, name) => sum + sizeOf.get(name)!, 0);
    most = Math.max(most, total);
  };
  stages.forEach(({ name }, at) => {
    held.add(name);
    measure([]);
    const needed = new Set(stages.slice(at + 1).flatMap(({ inputs }) => inputs));
    for (const stage of stages) if (!stage.isKept && !needed.has(stage.name)) held.delete(stage.name);
  });
  const restore = (name: string): void => {
    if (name === PIXELS || held.has(name)) return;
    stages.find((stage) => stage.name === name)!.inputs.forEach(restore);
    held.add(name);
    measure([]);
  };
  slopes.add(stages.at(-1)!.name);
  for (const { name, inputs, norm } of stages.toReversed()) {
    [...inputs, ...(norm === null ? [] : [name])].forEach(restore);
    const inner = inputs.filter((input) => input !== PIXELS);
    measure(inner);
    for (const input of inner) slopes.add(input);
    held.delete(name);
    slopes.delete(name);
  }
  return most;
}
