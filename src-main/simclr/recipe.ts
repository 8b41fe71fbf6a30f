/**
 * What a run trains: the whole recipe as plain, readonly data. Nothing here is optional; defaults and limits live in
 * `contract/training-config.ts`, whose parsed result has exactly these types.
 *
 * Words: a *side* is in pixels; a *probability* and a *fraction* lie in [0, 1]; *strengths* are dimensionless.
 */

/** How one branch's views are made from an image. Sizes of boxes are in pixels of the cached image. */
export interface ViewRecipe {
  /** Random crop and resize to side × side. Probability 0 means the centred square, resized. */
  readonly crop: {
    readonly probability: number;
    readonly areaMin: number;
    readonly areaMax: number;
    readonly aspectMin: number;
    readonly aspectMax: number;
    readonly sampling: 'torchvision' | 'tensorflow';
  };
  readonly flip: { readonly probability: number };
  /** Factors are drawn from [max(0, 1 − x), 1 + x]; hue from ± x turns. */
  readonly jitter: {
    readonly probability: number;
    readonly brightness: number;
    readonly contrast: number;
    readonly saturation: number;
    readonly hue: number;
  };
  readonly grey: { readonly probability: number };
  /** σ in pixels at every side; with `scaleSigma`, in pixels at 224 and scaled to the side. */
  readonly blur: {
    readonly probability: number;
    readonly sigmaMin: number;
    readonly sigmaMax: number;
    readonly scaleSigma: boolean;
  };
}

export interface EncoderRecipe {
  readonly depth: 18 | 34 | 50 | 101 | 152;
  /** Multiplies the channels of the stem and of all groups: ¼ … 4. */
  readonly width: number;
  /** `small`: 3×3, stride 1, no pooling. `large`: 7×7, stride 2, then 3×3/2 max-pooling. */
  readonly stem: 'small' | 'large';
  readonly norm: 'batch' | 'group';
  /**
   * `he`: convolutions normal, variance 2/fan-out; dense uniform ± 1/√fan-in.
   * `uniform`: both uniform ± 1/√fan-in; with batch norm a smaller start is a larger effective learning rate.
   * `reference`: convolutions truncated normal, variance 1/fan-in; dense N(0, 0.01).
   */
  readonly init: 'he' | 'uniform' | 'reference';
  /** Start γ of each block's last normalisation at 0 (else 1). */
  readonly zeroInitLastGamma: boolean;
}

export interface HeadRecipe {
  readonly kind: 'none' | 'linear' | 'nonlinear';
  readonly hiddenLayers: 1 | 2 | 3;
  /** null: as wide as h. */
  readonly hiddenSize: number | null;
  readonly outputSize: number;
  /** Batch norm after each hidden layer (which then has no bias); without it hidden layers have biases. */
  readonly hiddenBatchNorm: boolean;
  readonly outputBatchNorm: boolean;
}

export interface LossRecipe {
  readonly kind: 'nt-xent';
  readonly temperature: number;
}

export interface OptimizerRecipe {
  readonly kind: 'sgd' | 'lars' | 'adamw';
  /** `linear`: base · B/256. `square-root`: base · √B. `constant`: base. B counts images. */
  readonly learningRateRule: 'linear' | 'square-root' | 'constant';
  readonly baseLearningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** η of LARS. */
  readonly trustCoefficient: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface ScheduleRecipe {
  /** null: min(10 epochs, a tenth of the run). */
  readonly warmupEpochs: number | null;
  readonly decay: 'cosine' | 'constant';
}

/** How a batch that is too large for the memory is computed: see SPEC.md, Chunks. */
export interface ChunkRecipe {
  /** Images whose views fit at once: a chunk holds twice as many views. null: the batch is computed whole. */
  readonly images: number | null;
  /** What batch norm takes its statistics over: `ghost`, each chunk by itself; `global`, the whole batch. */
  readonly batchNorm: 'ghost' | 'global';
}

export interface Recipe {
  /** Side of the views in pixels. */
  readonly side: number;
  /** Images in a batch, B = N; a step sees 2N views. */
  readonly batchSize: number;
  readonly chunk: ChunkRecipe;
  readonly views: ViewRecipe;
  /** null: both branches are drawn by `views`. */
  readonly secondViews: ViewRecipe | null;
  readonly encoder: EncoderRecipe;
  readonly head: HeadRecipe;
  readonly loss: LossRecipe;
  readonly optimizer: OptimizerRecipe;
  readonly schedule: ScheduleRecipe;
}
