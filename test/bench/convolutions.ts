/**
 * How near our convolutions come to what the machine can do: those of ResNet-18 at 32 px, each by itself, by TensorFlow's
 * own timeline, beside a large matrix product.
 *
 *   npm run bench -- convolutions [--images 256] [--repeats 9] [--write]
 *
 * Products with the zeros around an image are counted, though ours leave them out. `--write` keeps the figures in
 * results/convolutions.json and .md, a table for each machine.
 */
import * as tf from '@tensorflow/tfjs-core';
import { parseArgs } from 'node:util';
import { RandomStream } from '#base/random.ts';
import { convolve } from '#simclr/encoder/convolution.ts';
import { compileGraph, type CompiledFunction } from '#tensorflow/compiled-step/compile.ts';
import { graphDefinition } from '#tensorflow/compiled-step/graph-definition.ts';
import { ProgramBuilder } from '#tensorflow/compiled-step/program-builder.ts';
import type { Program, Ref } from '#tensorflow/compiled-step/program.ts';
import type { PureFunction, TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { WRITE_STATE, writeStateEntry } from '#tensorflow/compiled-step/state-entry-points.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { operationTimes } from '#tensorflow/profile/run-trace.ts';
import { takeTrace, traceNextRun } from '#tensorflow/profile/trace-session.ts';
import { convolutionPasses, type Precision } from '#tensorflow/runners/compiled-runner.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { type ConvolutionRow, writeConvolutions } from './convolutions/report.ts';
import { machineText, versionsText } from './speed/machine.ts';
import { spreadOf } from './speed/statistics.ts';

interface Convolution {
  readonly inputs: number;
  readonly outputs: number;
  /** Of what is read, pixels. */
  readonly size: number;
  readonly side: 1 | 3;
  readonly stride: 1 | 2;
}

const of = (inputs: number, outputs: number, size: number, side: 1 | 3, stride: 1 | 2): Convolution => ({
  inputs,
  outputs,
  size,
  side,
  stride,
});
const CONVOLUTIONS: readonly Convolution[] = [
  of(64, 64, 32, 3, 1),
  of(64, 128, 32, 3, 2),
  of(64, 128, 32, 1, 2),
  of(128, 128, 16, 3, 1),
  of(128, 256, 16, 3, 2),
  of(128, 256, 16, 1, 2),
  of(256, 256, 8, 3, 1),
  of(256, 512, 8, 3, 2),
  of(256, 512, 8, 1, 2),
  of(512, 512, 4, 3, 1),
];
const PRODUCT_SIDE = 4096;

const { values: words } = parseArgs({
  options: {
    images: { type: 'string', default: '256' },
    repeats: { type: 'string', default: '9' },
    write: { type: 'boolean', default: false },
  },
});
const images = Number(words.images);

/** Numbers as activations have them; zeros would be multiplied with less power, and so faster. */
function noise(shape: readonly number[], seed: number) {
  const random = new RandomStream(seed, 'noise of a bench');
  const count = shape.reduce((product, size) => product * size, 1);
  const some = Float32Array.from({ length: Math.min(count, 65_537) }, () => random.uniform() - 0.5);
  return { shape, values: Float32Array.from({ length: count }, (_, i) => some[i % some.length]!) };
}

/** Medians over traced runs, in ms, by a word that the operation's name holds. */
function traced(session: Session, names: Readonly<Record<string, RegExp>>): Readonly<Record<string, number>> {
  const { binding } = nativeBackend();
  const found = new Map(Object.keys(names).map((name) => [name, [] as number[]]));
  session.run('run', new Map());
  for (let i = 0; i < Number(words.repeats); i++) {
    if (!traceNextRun(binding)) throw new Error('Nothing is traced on a GPU, or before the set-up.');
    session.run('run', new Map());
    const times = operationTimes(takeTrace(binding));
    for (const [name, pattern] of Object.entries(names)) {
      const own = times.filter(({ op }) => pattern.test(op));
      found.get(name)!.push(own.reduce((sum, { startUs, endUs }) => sum + (endUs - startUs) / 1000, 0));
    }
  }
  return Object.fromEntries([...found].map(([name, each]) => [name, spreadOf(each).median]));
}

function measured({ inputs, outputs, size, side, stride }: Convolution, precision: Precision) {
  const out = size / stride;
  const shapes = {
    x: [images, size, size, inputs],
    kernel: [side, side, inputs, outputs],
    dy: [images, out, out, outputs],
  };
  const state: TensorTypes = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'float32' as const, shape }]),
  );
  const run: PureFunction = (given) => {
    const { x, kernel, dy } = given as Record<keyof typeof shapes, tf.Tensor4D>;
    const convolved = (a: tf.Tensor, b: tf.Tensor) => convolve(a as tf.Tensor4D, b as tf.Tensor4D, stride);
    const [dx, dkernel] = tf.grads(convolved)([x!, kernel!], dy);
    return { state: {}, outputs: { y: tf.sum(convolved(x!, kernel!)), dx: tf.sum(dx!), dkernel: tf.sum(dkernel!) } };
  };
  const passes = convolutionPasses(precision, nativeAbilities());
  const compiled: CompiledFunction = { run, inputs: new Map(), guards: [], passes };
  const session = new Session(compileGraph(state, new Map([['run', compiled]])));
  try {
    session.run(WRITE_STATE, new Map(Object.entries(shapes).map(([name, shape], i) => [name, noise(shape, i)])));
    const ms = traced(session, {
      forward: /^(KindredConvolution|_?[A-Za-z]*Conv2D)$/,
      byInput: /ConvolutionGradient|BackpropInput/,
      byFilter: /FilterGradient|BackpropFilter/,
    });
    const gflop = (2 * images * out * out * inputs * outputs * side * side) / 1e9;
    return Object.fromEntries(Object.entries(ms).map(([name, time]) => [name, (1000 * gflop) / time]));
  } finally {
    session.dispose();
  }
}

/** A square matrix product by TensorFlow, GFLOP/s: what the machine can do. */
function limit(precision: Precision): number {
  const type = { dtype: 'float32', shape: [PRODUCT_SIDE, PRODUCT_SIDE] } as const;
  const builder = new ProgramBuilder();
  const narrow = (name: string): Ref => {
    const wide = builder.variable(name, type);
    return precision === 'bfloat16' ? builder.cast(wide, type, 'bfloat16') : wide;
  };
  const attributes = {
    T: { kind: 'type', value: precision },
    transpose_a: { kind: 'bool', value: false },
    transpose_b: { kind: 'bool', value: false },
  } as const;
  const product = builder.add('MatMul', [narrow('a'), narrow('b')], attributes, [{ ...type, dtype: precision }])[0]!;
  const given = precision === 'bfloat16' ? builder.cast(product, { ...type, dtype: precision }, 'float32') : product;
  const program: Program = builder.finish(new Map(), new Map([['product', given]]));
  const variables: TensorTypes = new Map([
    ['a', type],
    ['b', type],
  ]);
  const graph = graphDefinition(
    variables,
    new Map([
      [WRITE_STATE, writeStateEntry(variables)],
      ['run', { program, guards: [] }],
    ]),
  );
  const session = new Session(graph);
  try {
    session.run(WRITE_STATE, new Map([...variables.keys()].map((name, i) => [name, noise(type.shape, i)])));
    return (2 * PRODUCT_SIDE ** 3) / 1e6 / traced(session, { product: /MatMul/ })['product']!;
  } finally {
    session.dispose();
  }
}

await loadTensorFlow({ threads: null });
const rows: ConvolutionRow[] = [];
for (const precision of ['float32', 'bfloat16'] as const) {
  rows.push({ precision, name: `matrix product ${PRODUCT_SIDE}³`, gflops: { forward: limit(precision) } });
  for (const convolution of CONVOLUTIONS) {
    const { inputs, outputs, size, side, stride } = convolution;
    const name = `${side} × ${side}, ${inputs} → ${outputs}, ${size} px${stride === 2 ? ', stride 2' : ''}`;
    rows.push({ precision, name, gflops: measured(convolution, precision) });
  }
}
const text = await writeConvolutions({
  rows,
  images,
  machine: machineText(),
  versions: await versionsText(null),
  isKept: words.write,
});
process.stdout.write(`${text}\n`);
