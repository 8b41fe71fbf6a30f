import { describe, expect, it } from 'vitest';
import { Edits } from '#application/editing/edits.ts';
import type { ImageTraces } from '#application/ports/image-traces.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import { type Erasure, eraseRemoved } from '#application/erase-datasets.ts';
import { systemClock, type Clock } from '#base/clock.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const untold: Erasure = { onProgress: () => {}, signal: new AbortController().signal };
const clockAt = (wallMs: number): Clock => ({ ...systemClock, wallMs: () => wallMs });

/** What is kept beside the database, as a list of what was erased. */
function recordedTraces(): ImageTraces & { readonly erased: string[] } {
  const erased: string[] = [];
  return {
    erased,
    erase: (hashes) => Promise.resolve(void erased.push(...hashes)),
  };
}

function withMoths(stores: LibraryStores): DatasetId {
  const dataset = stores.datasets.insert('moths', 1);
  const root = stores.datasets.addRoot(dataset.id, '/moths');
  const where = { rootId: root.id, path: '/moths/1.png', relativePath: '1.png', sizeBytes: 1, modifiedMs: 1 };
  const place = { ...where, folderLabel: null, folderTags: [], split: null };
  stores.files.insert(dataset.id, place, { imageId: stores.images.put(imageFacts('one')), problem: null });
  return dataset.id;
}

describe('a dataset that was removed', () => {
  it('is erased with its traces when 30 days are over, and can’t be brought back then', async () => {
    const { stores } = openTestLibrary();
    const id = withMoths(stores);
    const edits = new Edits(stores, clockAt(0));
    await edits.removeDataset(stores.datasets.find(id)!, 1);
    const traces = recordedTraces();
    await eraseRemoved({ stores, traces }, 30 * DAY_MS, untold);
    expect(traces.erased).toEqual([]);
    await eraseRemoved({ stores, traces }, 30 * DAY_MS + 1, untold);
    expect(traces.erased).toEqual([imageFacts('one').contentHash]);
    expect(stores.images.findByHash(imageFacts('one').contentHash)).toBeNull();
    expect(edits.peek()).toEqual({ undo: null, redo: null });
  });

  it('stays when its removal was taken back in time', async () => {
    const { stores } = openTestLibrary();
    const id = withMoths(stores);
    const edits = new Edits(stores, clockAt(0));
    await edits.removeDataset(stores.datasets.find(id)!, 1);
    await edits.undo();
    const traces = recordedTraces();
    await eraseRemoved({ stores, traces }, 365 * DAY_MS, untold);
    expect(traces.erased).toEqual([]);
    expect(stores.datasets.find(id)?.name).toBe('moths');
  });

  it('has no run that needs it: the removal is refused, by redo too', async () => {
    const { stores } = openTestLibrary();
    const id = withMoths(stores);
    const edits = new Edits(stores, systemClock);
    await edits.removeDataset(stores.datasets.find(id)!, 1);
    await edits.undo();
    const rest = { startedMs: null, endedMs: null, step: 0, totalSteps: null, elapsedMs: 0, loss: null, failure: null };
    const config = trainingConfigSchema.parse({});
    const known = { name: 'first', datasetId: id, createdMs: 10, config, headline: null, interruptedStep: null };
    stores.runs.insert({ id: 'rabcdefgh1234' as RunId, status: 'queued', ...known, ...rest });
    const refused = expect.objectContaining({ code: 'run.active' }) as Error;
    await expect(edits.redo()).rejects.toThrow(refused);
    await expect(edits.removeDataset(stores.datasets.find(id)!, 1)).rejects.toThrow(refused);
    expect(stores.datasets.list()).toHaveLength(1);
  });
});
