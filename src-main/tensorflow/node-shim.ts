/**
 * Gives back two functions that newer Node versions drop from `util` and that tfjs-node 4.22 still calls. (Node 24 still
 * has `isArray`, but warns of it on stderr.)
 * Import this before the first import of `@tensorflow/tfjs-node`; importing it again changes nothing.
 */
import { createRequire } from 'node:module';

const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;

util['isNullOrUndefined'] = (value: unknown): boolean => value === null || value === undefined;
util['isArray'] = (value: unknown): boolean => Array.isArray(value);
