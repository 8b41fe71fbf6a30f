/** The element types Kindred's graphs use, by TensorFlow's numbers (`tensorflow/core/framework/types.proto`). */
export const TF_DTYPE = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

export type DType = keyof typeof TF_DTYPE;

const NAMES = new Map<number, DType>(Object.entries(TF_DTYPE).map(([name, code]) => [code, name as DType]));

/** @throws Error for a type no graph of ours may hold. */
export function dtypeOf(code: number): DType {
  const name = NAMES.get(code);
  if (name === undefined)
    throw new Error(`TensorFlow's element type ${code} is not one of ${[...NAMES.values()].join(', ')}.`);
  return name;
}
