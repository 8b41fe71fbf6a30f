/** A process that holds a library and writes a dataset into it, until it is killed. */
import { openLibraryForWriting } from '#database/open-library.ts';

const library = openLibraryForWriting(process.argv[2]!, 'holding', Date.now());
if (library.stores.datasets.findByName('held') === null) library.stores.datasets.insert('held', Date.now());
process.send?.('ready');
setInterval(() => {}, 60_000);
