/** The largest batch, in powers of two, whose step stays within 6 GB, of a process of its own. */
import { join } from 'node:path';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { runWhole, turning } from '../whole-command.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'large-batches.ts');
const LIMIT_MB = 6000;
/** Chunks that are computed of a `ghost` batch: with the loss over all views, one more takes no more memory. */
const GHOST_CHUNKS = 4;
const CHUNK_IMAGES = 128;

interface Work {
  readonly batchNorm: 'ghost' | 'global';
  readonly asked: number;
  /** Where nothing larger is tried. */
  readonly most: number;
}

const WORKS: readonly Work[] = [
  { batchNorm: 'ghost', asked: 8192, most: 32_768 },
  { batchNorm: 'global', asked: 2048, most: 8192 },
];
const QUICK: Omit<Work, 'batchNorm'> = { asked: 256, most: 512 };

export function largestBatchRows({ isQuick, note }: BenchContext): readonly Row[] {
  return WORKS.map((work) => ({
    name: `largest-batch-${work.batchNorm}`,
    family: 'largest-batch',
    title: `Largest batch in ${LIMIT_MB / 1000} GB, \`${work.batchNorm}\` in chunks of ${CHUNK_IMAGES}: ResNet-18, 32 px, LARS, bfloat16`,
    unit: 'images',
    target: { reaches: work.asked },
    turns: isQuick ? 1 : 3,
    ours: [largestOf(isQuick ? { ...work, ...QUICK } : work, note)],
    peers: [],
  }));
}

/** The batch that is asked for, then twice as many, until one is too large; half as many where that is. */
function largestOf(work: Work, note: BenchContext['note']): Contestant {
  return turning('Kindred', async (facts) => {
    const memoryOf = async (images: number): Promise<number> => {
      const memoryMB = await memoryOfStep(work, images);
      note(`  ${images} images: ${memoryMB} MB`);
      return memoryMB;
    };
    let images = work.asked;
    let memoryMB = await memoryOf(images);
    while (memoryMB > LIMIT_MB) {
      if (images <= CHUNK_IMAGES) return 0;
      memoryMB = await memoryOf((images /= 2));
    }
    facts['memoryMB'] = memoryMB;
    while (2 * images <= work.most) {
      const more = await memoryOf(2 * images);
      if (more > LIMIT_MB) {
        facts['memoryMBOfTwiceAsMany'] = more;
        break;
      }
      images *= 2;
      facts['memoryMB'] = more;
    }
    return images;
  });
}

async function memoryOfStep({ batchNorm }: Work, images: number): Promise<number> {
  const chunks = batchNorm === 'ghost' ? ['--first-chunks', String(GHOST_CHUNKS)] : [];
  const words = [SCRIPT, '--measure', `${batchNorm}:${images}:${CHUNK_IMAGES}`, ...chunks];
  const { lines } = await runWhole({ command: process.execPath, words });
  return Number(lines.at(-1)!['largestRssMB']);
}
