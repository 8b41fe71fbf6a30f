/** The selection in the address: reload and back lead to it, and so does a copied address. */
import { readFileSet, writeFileSet } from '../../src-main/contract/studio/file-set.ts';
import { address } from './address.svelte.ts';
import { addressOfFiles, filesOfAddress } from './file-sets.ts';
import { selection } from './selection.svelte.ts';

/** Takes the selection from the address, then writes every change of it there; returns how to stop. */
export function keepSelectionInAddress(): () => void {
  const take = (): void => selection.replace(readFileSet(filesOfAddress(address.get('selected'))));
  take();
  addEventListener('popstate', take);
  const stop = $effect.root(() => {
    $effect(() => address.go({ selected: addressOfFiles(writeFileSet(selection.ids)) }, true));
  });
  return () => {
    removeEventListener('popstate', take);
    stop();
  };
}
