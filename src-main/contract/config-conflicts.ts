/** What two settings of a run may not be together, though each is within its own limits. */

export interface ConfigConflict {
  /** The setting to change. */
  readonly path: string[];
  /** What it must be and why; reads on after the setting's name. */
  readonly message: string;
}

interface ViewSettings {
  readonly crop: { readonly areaMin: number; readonly areaMax: number };
  readonly blur: { readonly sigmaMin: number; readonly sigmaMax: number };
}

interface RunSettings {
  readonly side: number;
  readonly batchSize: number;
  readonly chunk: { readonly images: number | null; readonly batchNorm: 'ghost' | 'global' };
  readonly views: ViewSettings;
  readonly secondViews: ViewSettings | null;
  readonly encoder: { readonly stem: 'small' | 'large' };
  readonly optimizer: { readonly kind: string; readonly momentum: number; readonly nesterov: boolean };
}

/** At this side and below the 7×7 stem leaves one position of an image: CIFAR-10 then stays near 70 %. */
const LARGEST_SMALL_STEM_SIDE = 32;

/** Empty when the settings go together. */
export function conflictsIn(settings: RunSettings): readonly ConfigConflict[] {
  const { side, views, secondViews, encoder, optimizer } = settings;
  const conflicts: ConfigConflict[] = [
    ...chunkConflicts(settings),
    ...viewConflicts('views', views),
    ...(secondViews === null ? [] : viewConflicts('secondViews', secondViews)),
  ];
  if (side <= LARGEST_SMALL_STEM_SIDE && encoder.stem === 'large') {
    const message = `it must be "small" at ${LARGEST_SMALL_STEM_SIDE} pixels and below (side is ${side}): a large stem would leave a single position of the image`;
    conflicts.push({ path: ['encoder', 'stem'], message });
  }
  if (optimizer.kind === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    conflicts.push({
      path: ['optimizer', 'nesterov'],
      message: 'it needs a momentum above 0 (optimizer.momentum is 0)',
    });
  }
  return conflicts;
}

function chunkConflicts({ batchSize, chunk }: RunSettings): readonly ConfigConflict[] {
  const { images, batchNorm } = chunk;
  if (images === null) {
    if (batchNorm === 'ghost') return [];
    const message =
      'it is for a batch in chunks (chunk.images is null): computed whole, a batch has its statistics over all of it';
    return [{ path: ['chunk', 'batchNorm'], message }];
  }
  if (2 * images > batchSize) {
    const message = `it must be at most half of batchSize, ${Math.floor(batchSize / 2)} (it is ${images}), or null to compute the batch whole`;
    return [{ path: ['chunk', 'images'], message }];
  }
  if (batchSize % images === 0) return [];
  const message = `batchSize, ${batchSize}, must be a multiple of it; ${batchSize} images don't make whole chunks of ${images}`;
  return [{ path: ['chunk', 'images'], message }];
}

function viewConflicts(branch: string, { crop, blur }: ViewSettings): readonly ConfigConflict[] {
  const conflicts: ConfigConflict[] = [];
  if (crop.areaMin > crop.areaMax) {
    const message = `it must be at most ${branch}.crop.areaMax, ${crop.areaMax}; it is ${crop.areaMin}`;
    conflicts.push({ path: [branch, 'crop', 'areaMin'], message });
  }
  if (blur.sigmaMin > blur.sigmaMax) {
    const message = `it must be at most ${branch}.blur.sigmaMax, ${blur.sigmaMax}; it is ${blur.sigmaMin}`;
    conflicts.push({ path: [branch, 'blur', 'sigmaMin'], message });
  }
  return conflicts;
}
