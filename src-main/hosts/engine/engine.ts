/** The engine as a whole: a session over one library behind one door. */
import { onError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/fetch';
import type { EngineLine } from '#contract/studio/desktop.ts';
import type { Wiring } from '../cli/wiring.ts';
import { loadAccess } from './access.ts';
import { engineLines } from './engine-lines.ts';
import { forgetLaunchFiles } from './launch-files.ts';
import { pictureRoutes } from './pictures.ts';
import { datasetProcedures, eventProcedures, jobProcedures, undoProcedures } from './procedures/datasets.ts';
import { fileProcedures } from './procedures/files.ts';
import { asAnswer, type CallContext, studio } from './procedures/implementer.ts';
import { runProcedures } from './procedures/runs.ts';
import { mapProcedures, pairProcedures, searchProcedures } from './procedures/search.ts';
import { viewProcedures } from './procedures/views.ts';
import { startEngineServer, type EngineServer } from './server.ts';
import { StudioSession } from './studio-session.ts';
import { uploadRoutes } from './uploads.ts';

const router = studio.router({
  dataset: datasetProcedures,
  job: jobProcedures,
  undo: undoProcedures,
  file: fileProcedures,
  view: viewProcedures,
  run: runProcedures,
  search: searchProcedures,
  pair: pairProcedures,
  map: mapProcedures,
  event: eventProcedures,
});

export interface EngineOptions {
  readonly wiring: Wiring;
  /** The built window. */
  readonly pageFolder: string;
  /** 0: any free one. */
  readonly port: number;
  /** Told of errors that are faults of ours, not answers. */
  readonly onFault: (error: unknown) => void;
}

export interface Engine {
  readonly port: number;
  readonly address: () => string;
  /** What the program that started it is told, until `signal` is aborted. */
  readonly lines: (signal: AbortSignal) => AsyncIterable<EngineLine>;
  /** Ends the door first, then the work: a run checkpoints. */
  readonly close: () => Promise<void>;
}

/** Opens the library and the door. @throws KindredError `library.…`; an error of the system when the port is taken. */
export async function startEngine({ wiring, pageFolder, port, onFault }: EngineOptions): Promise<Engine> {
  const session = await StudioSession.open(wiring);
  let isClosing = false;
  const handler = new RPCHandler<CallContext>(router, {
    interceptors: [
      onError((error: unknown) => {
        const answer = asAnswer(error);
        if (answer !== error) throw answer;
        // What the closing cut off has nobody left to answer.
        if (!isClosing) onFault(error);
      }),
    ],
  });
  const rpc = async (request: Request): Promise<Response | null> => {
    const { matched, response } = await handler.handle(request, { prefix: '/rpc', context: { session } });
    return matched ? response : null;
  };
  let server: EngineServer;
  try {
    const access = loadAccess(wiring.layout.folder);
    forgetLaunchFiles(wiring.layout.folder);
    server = await startEngineServer({
      access,
      pageFolder,
      rpc,
      pictures: pictureRoutes(session),
      uploads: uploadRoutes(session),
      port,
    });
  } catch (error) {
    await session.close();
    throw error;
  }
  wiring.listensOn(server.port);
  return {
    port: server.port,
    address: server.address,
    lines: (signal) =>
      engineLines(
        session.events.watch(null, signal),
        () => session.stores.runs.list(),
        () => session.jobs.list(),
      ),
    close: async () => {
      isClosing = true;
      await server.close();
      forgetLaunchFiles(wiring.layout.folder);
      await session.close();
    },
  };
}
