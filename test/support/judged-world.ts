/** A library, a run and an encoder in memory whose vectors tell classes apart: what search and judging stand on. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Embedder, EmbedRequest } from '#application/ports/embedder.ts';
import type { Dataset, Split } from '#application/ports/library.ts';
import type { CachedImage, PixelCacheBuilder } from '#application/ports/pixel-cache.ts';
import type { QueryPicture } from '#application/ports/query-encoder.ts';
import type { JudgedImages, PlannedImage, Run, RunPlan } from '#application/ports/runs.ts';
import type { FitProbe } from '#application/judging/judge-by-labels.ts';
import { systemClock } from '#base/clock.ts';
import type { ImageId, RunId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { ExactSearch } from '#vectors/exact-search.ts';
import { UnitVectorStore } from '#vectors/unit-vectors.ts';
import { LibrarySearch } from '#hosts/judging/library-search.ts';
import { fitLinearProbe } from '#evaluation/linear-probe.ts';
import { imageFacts } from './image-facts.ts';
import { openTestLibrary } from './open-test-library.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DIMENSIONS = 8;

/** `cat/3`: the part before the slash decides where the vector points, the rest a little noise around it. */
export function vectorOf(name: string, look = 0): Float32Array {
  const [kind] = name.split('/');
  const centre = new RandomStream(
    [...kind!].reduce((sum, c) => 31 * sum + c.codePointAt(0)!, 7),
    'centre',
  );
  const noise = new RandomStream(
    [...name].reduce((sum, c) => 31 * sum + c.codePointAt(0)!, 7),
    'noise',
    look,
  );
  return Float32Array.from({ length: DIMENSIONS }, () => 3 * centre.normal() + 0.2 * noise.normal());
}

export interface WorldFile {
  readonly name: string;
  readonly label?: string | null;
  readonly split?: Split | null;
}

/** `count` files `kind/0` … of one kind, labelled by it. */
export function filesOf(kind: string, count: number, rest: Partial<WorldFile> = {}): WorldFile[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${kind}/${i}`, label: kind, ...rest }));
}

export function judgedWorld() {
  const folder = temporaryFolder();
  const { stores, index } = openTestLibrary(folder);
  const vectors = new EmbeddingStore(join(folder, 'vectors'));
  const search = new ExactSearch();
  onTestFinished(() => search.close());
  const nameOf = new Map<string, string>();
  const asked: EmbedRequest[] = [];
  const queried: QueryPicture[] = [];
  const unreadable = new Set<string>();
  /** Batches the embedder gives before it dies. */
  const fate = { batchesUntilDeath: Number.POSITIVE_INFINITY };
  const plans = new Map<RunId, RunPlan>();

  const addDataset = (name: string, files: readonly WorldFile[]): Dataset => {
    const dataset = stores.datasets.insert(name, 0);
    addFiles(dataset, files);
    return dataset;
  };

  /** Files that come into a dataset later. */
  const addFiles = ({ id, name }: Dataset, files: readonly WorldFile[]): void => {
    const root = stores.datasets.addRoot(id, `/${name}`);
    const add = (file: WorldFile): void => {
      const facts = imageFacts(file.name);
      nameOf.set(facts.contentHash, file.name);
      stores.files.insert(
        id,
        {
          rootId: root.id,
          path: `/${name}/${file.split ?? 'all'}/${file.name}`,
          relativePath: file.name,
          sizeBytes: 1,
          modifiedMs: 1,
          folderLabel: file.label ?? null,
          folderTags: [],
          split: file.split ?? null,
        },
        { imageId: stores.images.put(facts), problem: null },
      );
    };
    stores.transaction(() => files.forEach(add));
  };

  /** @param trained names of the files it trained on. */
  const addRun = (
    dataset: Dataset,
    trained: readonly string[] = [],
    judged: JudgedImages = { protocol: 'none' },
  ): Run => {
    const id = `r0000000${String(plans.size).padStart(5, '0')}` as RunId;
    const config = trainingConfigSchema.parse({});
    const run: Run = {
      id,
      name: `run ${plans.size}`,
      datasetId: dataset.id,
      status: 'finished',
      config,
      createdMs: plans.size,
      startedMs: 0,
      endedMs: 1,
      step: 40,
      totalSteps: 40,
      elapsedMs: 1,
      loss: 1,
      headline: null,
      failure: null,
      interruptedStep: null,
    };
    stores.runs.insert(run);
    plans.set(id, {
      formatVersion: 1,
      runId: id,
      name: run.name,
      datasetId: dataset.id,
      config,
      images: trained.map(plannedImage),
      judged,
      cacheFolder: '/pixels',
      cacheSide: 40,
      threads: 0,
      versions: {},
    });
    return run;
  };

  const cache: PixelCacheBuilder = {
    prepare: async (cacheSide, images: readonly CachedImage[], onProgress) => {
      const plan = { rawBytes: 0, budgetBytes: 1, evictedBytes: 0, encoding: 'raw' } as const;
      onProgress({ done: images.length, total: images.length, sizeBytes: 0, plan });
      const lost = images.filter(({ contentHash }) => unreadable.has(nameOf.get(contentHash)!));
      const problem = { code: 'image.unreadable', message: 'no picture' };
      return { folder: `/pixels/${cacheSide}`, problems: lost.map((image) => ({ ...image, ...problem })) };
    },
  };

  const embedder: Embedder = {
    embed: async (request, onBatch) => {
      asked.push(request);
      const names = request.contentHashes.map((hash) => nameOf.get(hash)!);
      for (let first = 0; first < names.length; first += 16) {
        if (fate.batchesUntilDeath-- <= 0) throw new Error('The compute process died.');
        const part = names.slice(first, first + 16);
        const looks = request.look === 'views' ? [1, 2] : [0];
        const rows = looks.flatMap((look) => part.map((name) => vectorOf(name, look)));
        await onBatch(first, Float32Array.from(rows.flatMap((row) => [...row])), DIMENSIONS);
      }
      return { checkpointStep: 40, dimensions: DIMENSIONS };
    },
  };

  const runHost = {
    inspect: () => ({ isHeld: false, checkpoint: { step: 40, elapsedMs: 1 }, totalSteps: 40 }),
    keptSteps: () => [0, 20, 40],
    readPlan: (id: RunId) => plans.get(id)!,
  };

  return {
    ports: {
      stores,
      vectors,
      search,
      index: new LibrarySearch(index, new UnitVectorStore(join(folder, 'vectors'))),
      runHost,
      cache,
      embedder,
      clock: systemClock,
      fitProbe: async (...[training, classCount, seed, onProgress]: Parameters<FitProbe>) =>
        fitLinearProbe(training, classCount, { seed, onProgress }),
      queryEncoder: {
        encode: async (_: unknown, pictures: readonly QueryPicture[]) => {
          queried.push(...pictures);
          return pictures.map(({ path }) => vectorOf(path.split('/').slice(-2).join('/')));
        },
      },
    },
    addDataset,
    addFiles,
    libraryIndex: index,
    addRun,
    /** Requests made of the embedder, and pictures encoded for questions, so far. */
    asked,
    queried,
    /** Names whose pixels can't be decoded. */
    unreadable,
    fate,
    imageId: (name: string): ImageId => stores.images.findByHash(imageFacts(name).contentHash)!.id,
  };
}

/** A planned image of the run's frozen list, by the name of its file. */
export function plannedImage(name: string): PlannedImage {
  return { contentHash: imageFacts(name).contentHash, label: null };
}
