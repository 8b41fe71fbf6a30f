/** The projection head as data: a row of dense layers. Parameters and forward pass both walk it. */
import { embeddingSize } from '../encoder/resnet-parameters.ts';
import type { Recipe } from '../recipe.ts';

export interface DensePlan {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  /** A layer has a bias exactly when no batch norm follows: the norm's mean would take it away again. */
  readonly hasBias: boolean;
  /** `scale`: batch norm with γ alone. */
  readonly norm: 'none' | 'full' | 'scale';
  readonly hasRelu: boolean;
}

/** Empty for `kind: 'none'`: then z is h. */
export function headPlan({ encoder, head }: Pick<Recipe, 'encoder' | 'head'>): readonly DensePlan[] {
  if (head.kind === 'none') return [];
  const width = embeddingSize(encoder);
  const hiddenSize = head.hiddenSize ?? width;
  const plan: DensePlan[] = [];
  let inputs = width;
  for (let layer = 0; layer < (head.kind === 'nonlinear' ? head.hiddenLayers : 0); layer++) {
    plan.push({
      path: `head/dense${layer}`,
      inputs,
      outputs: hiddenSize,
      hasBias: !head.hiddenBatchNorm,
      norm: head.hiddenBatchNorm ? 'full' : 'none',
      hasRelu: true,
    });
    inputs = hiddenSize;
  }
  const norm = head.outputBatchNorm ? 'scale' : 'none';
  const output = { inputs, outputs: head.outputSize, hasBias: !head.outputBatchNorm, norm, hasRelu: false } as const;
  return [...plan, { path: `head/dense${plan.length}`, ...output }];
}

/** Width of z, what the loss sees. */
export function projectionSize(recipe: Pick<Recipe, 'encoder' | 'head'>): number {
  return headPlan(recipe).at(-1)?.outputs ?? embeddingSize(recipe.encoder);
}
