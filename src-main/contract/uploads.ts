/**
 * How a page sends the files of a folder: PUT `/uploads/folder/<batch>`, one a request, with these headers besides the
 * key. A path is percent-encoded; times are milliseconds since 1970.
 */
export const PATH_HEADER = 'x-kindred-path';
export const MODIFIED_HEADER = 'x-kindred-modified';
/** No bytes come, and why: the file becomes a problem of the import. */
export const LEFT_OUT_HEADER = 'x-kindred-left-out';
/** No bytes come: they are those of the same path in this earlier batch. */
export const SAME_AS_HEADER = 'x-kindred-same-as';

export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

/** unsupported: a picture by its name that nothing here reads. unreadable: the browser could not read it any more. */
export const leftOutReasons = ['unsupported', 'tooLarge', 'unreadable'] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];
