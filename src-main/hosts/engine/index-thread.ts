/** The engine's thread for what is asked over all files and vectors: nothing of it holds up the engine's own. */
import { workerData } from 'node:worker_threads';
import { libraryLayout } from '#application/library-layout.ts';
import { answerCalls } from './answer-calls.ts';
import { EngineIndex } from './engine-index.ts';

answerCalls(new EngineIndex(libraryLayout(workerData as string)));
