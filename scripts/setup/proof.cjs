/**
 * Proves that TensorFlow computes: a convolution and both its gradients against the same sums in plain JavaScript.
 * Run by Node 24 in a process of its own. Prints one JSON line; ends with 1 and a sentence when a number is off.
 */
const util = require('node:util');
// tfjs-node 4.22 calls two functions that newer Node has removed.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require('@tensorflow/tfjs-node');

const [N, H, W, C, K, OUT] = [2, 5, 6, 3, 3, 4];
const TOLERANCE = 1e-5;
const [OH, OW] = [H - K + 1, W - K + 1];

/** Repeatable values in [−1, 1). */
function values(count, seed) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** Calls `visit(outputIndex, inputIndex, filterIndex)` for every product in a VALID convolution at stride 1. */
function eachProduct(visit) {
  for (let n = 0; n < N; n++)
    for (let y = 0; y < OH; y++)
      for (let x = 0; x < OW; x++)
        for (let o = 0; o < OUT; o++)
          for (let i = 0; i < K; i++)
            for (let j = 0; j < K; j++)
              for (let c = 0; c < C; c++) {
                const output = ((n * OH + y) * OW + x) * OUT + o;
                const input = ((n * H + y + i) * W + x + j) * C + c;
                visit(output, input, ((i * K + j) * C + c) * OUT + o);
              }
}

function largestDifference(actual, expected) {
  return actual.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
}

const input = values(N * H * W * C, 1);
const filter = values(K * K * C * OUT, 2);
const upstream = values(N * OH * OW * OUT, 3);
const expected = [new Float64Array(upstream.length), new Float64Array(input.length), new Float64Array(filter.length)];
eachProduct((o, i, f) => {
  expected[0][o] += input[i] * filter[f];
  expected[1][i] += upstream[o] * filter[f];
  expected[2][f] += upstream[o] * input[i];
});

const convolve = (x, w) => tf.conv2d(x, w, 1, 'valid');
const x = tf.tensor4d(input, [N, H, W, C]);
const w = tf.tensor4d(filter, [K, K, C, OUT]);
const gradients = tf.grads(convolve)([x, w], tf.tensor4d(upstream, [N, OH, OW, OUT]));
const actual = [convolve(x, w), ...gradients].map((tensor) => tensor.dataSync());
const worst = Math.max(...actual.map((numbers, i) => largestDifference(numbers, expected[i])));

if (!(worst <= TOLERANCE)) {
  console.error(`A convolution or its gradient is off by ${worst}; at most ${TOLERANCE} was expected.`);
  process.exit(1);
}
console.log(
  JSON.stringify({ tensorflowVersion: tf.backend().binding.TF_Version, worst, nodeVersion: process.versions.node }),
);
