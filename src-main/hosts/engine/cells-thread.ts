/** The engine's thread for short reads: what is on screen never waits for a count. */
import { workerData } from 'node:worker_threads';
import { FileCells } from '#database/file-cells.ts';
import { openToRead } from '#database/open-to-read.ts';
import { answerCalls } from './answer-calls.ts';

answerCalls(new FileCells(openToRead(workerData as string)));
