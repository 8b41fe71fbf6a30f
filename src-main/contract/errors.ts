/**
 * The error catalogue: every code that can reach a face, what it means, and how a terminal ends on it.
 *
 * The message with its values is written where the error is thrown (`KindredError`); here stands what all errors of a
 * code have in common. A test holds the codes thrown anywhere against this list.
 */
export interface ErrorEntry {
  /** A short heading, in a user's words. */
  readonly title: string;
  /** HTTP status for the engine's faces. */
  readonly status: number;
  /** Exit code of the command line: 1 failed, 2 wrong usage, 130 interrupted in a consistent state. */
  readonly exitCode: 1 | 2 | 130;
}

const failed = (title: string, status = 500): ErrorEntry => ({ title, status, exitCode: 1 });
const wrongUsage = (title: string, status = 422): ErrorEntry => ({ title, status, exitCode: 2 });

export const errorCatalogue = {
  'internal.unexpected': failed('Something went wrong inside Kindred'),
  'job.interrupted': { title: 'Interrupted', status: 409, exitCode: 130 },
  'usage.invalid': wrongUsage('That command is not understood', 400),
  'config.unknownKey': wrongUsage('Unknown setting'),
  'config.outOfRange': wrongUsage('Setting out of range'),
  'folder.unreadable': failed('Folder cannot be read', 422),
  'folder.missing': failed('Folder does not exist', 404),
  'image.unreadable': failed('Image cannot be decoded', 422),
  'image.empty': failed('File is empty', 422),
  'image.tooLarge': failed('Image is too large', 422),
  'image.unsupported': failed('Format is not supported', 422),
  'image.badName': failed('File name cannot be kept', 422),
  'image.vanished': failed('File is gone', 404),
  'image.changed': failed('File has changed', 409),
  'image.timeout': failed('Decoding took too long', 422),
  'image.decoderDied': failed('The decoder died on this file', 422),
  'library.locked': failed('The library is in use', 409),
  'library.newer': failed('The library is from a newer version', 409),
  'library.readOnly': failed('The library cannot be written', 409),
  'library.damaged': failed('The library is damaged'),
  'dataset.missing': failed('No such dataset', 404),
  'dataset.nameTaken': failed('A dataset of that name exists', 409),
  'dataset.nameInvalid': wrongUsage('That is not a name for a dataset'),
  'dataset.empty': failed('Nothing to train on', 422),
  'run.missing': failed('No such run', 404),
  'run.active': failed('The run is active', 409),
  'run.idle': failed('The run is not being trained', 409),
  'run.notResumable': failed('The run cannot be resumed', 409),
  'pixels.damaged': failed('Pixel cache is damaged'),
  'checkpoint.damaged': failed('Checkpoint is damaged'),
  'checkpoint.missing': failed('No such checkpoint', 404),
  'image.missing': failed('No such image', 404),
  'search.empty': failed('Nothing to search', 422),
  'search.noDirection': failed('The examples cancel out', 422),
  'vectors.notFinite': failed('Embeddings are not finite', 422),
  'vectors.mismatch': failed('Vectors do not fit together', 409),
  'vectors.damaged': failed('Stored embeddings are damaged'),
  'evaluation.empty': failed('Nothing to judge', 422),
  'evaluation.tooFewClasses': failed('Too few classes', 422),
  'disk.full': failed('Disk is full', 507),
  'training.diverged': failed('Training diverged'),
  'training.outOfMemory': failed('Out of memory'),
  'compute.died': failed('The compute process died'),
  'job.cancelled': failed('Cancelled', 409),
  'listing.closed': failed('The list was put away', 410),
  'file.missing': failed('No such file', 404),
  'setup.incomplete': failed('Set-up is incomplete'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
