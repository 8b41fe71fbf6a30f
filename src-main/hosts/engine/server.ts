/**
 * The engine's one door: HTTP on 127.0.0.1. Routes in the order in which they are tried:
 *
 *   guard, body limit        every request
 *   POST /rpc/*              the contract; needs the key
 *   POST /launch             a fresh address, for another start on the same library; needs the key
 *   GET  /thumbnails/ID …    pictures; need the cookie (or the key)
 *   GET  /, files            the page; needs nothing and holds nothing without a launch code
 */
import { serve, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AddressInfo } from 'node:net';
import type { Access } from './access.ts';
import { guard, limitBody } from './guard.ts';
import { cookieName, pageRoutes } from './page.ts';

export const KEY_HEADER = 'x-kindred-key';

export interface EngineServerOptions {
  readonly access: Access;
  /** The built renderer, or null when only commands are served. */
  readonly pageFolder: string | null;
  /** Answers an RPC; null when there is no such procedure. */
  readonly rpc: (request: Request) => Promise<Response | null>;
  /** Pictures by id; mounted behind the cookie. */
  readonly pictures: Hono;
  /** Uploads; mounted behind the key, before the body limit. */
  readonly uploads: Hono;
  readonly port: number;
}

export interface EngineServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT/?code=…`, a new code at each call. */
  readonly address: () => string;
  readonly close: () => Promise<void>;
}

const addressOf = (access: Access, port: number): string => `http://127.0.0.1:${port}/?code=${access.mintLaunchCode()}`;

function routes(options: EngineServerOptions, port: () => number): Hono {
  const { access } = options;
  const app = new Hono();
  app.use('*', guard());
  app.use('/uploads/*', async (context, next) => {
    if (!access.opensCommands(context.req.header(KEY_HEADER))) return context.text('The key is missing or wrong.', 401);
    return next();
  });
  app.route('/uploads', options.uploads);
  app.use('*', limitBody());
  app.use('/rpc/*', async (context, next) => {
    if (!access.opensCommands(context.req.header(KEY_HEADER))) return context.text('The key is missing or wrong.', 401);
    const response = await options.rpc(context.req.raw);
    return response === null ? next() : context.newResponse(response.body, response);
  });
  app.post('/launch', (context) => {
    if (!access.opensCommands(context.req.header(KEY_HEADER))) return context.text('The key is missing or wrong.', 401);
    return context.json({ address: addressOf(access, port()) });
  });
  const needsCookie = async (context: Parameters<Parameters<typeof app.use>[1]>[0], next: () => Promise<void>) => {
    const isOpen =
      access.opensPictures(getCookie(context, cookieName(port())) ?? null) ||
      access.opensCommands(context.req.header(KEY_HEADER));
    if (!isOpen) return context.text('Open Kindred with the address it printed.', 401);
    return next();
  };
  app.use('/pictures/*', needsCookie);
  app.route('/pictures', options.pictures);
  if (options.pageFolder !== null) app.route('/', pageRoutes({ folder: options.pageFolder, access, port }));
  return app;
}

/** Starts listening; resolves when the port is known. @throws when the port is taken. */
export async function startEngineServer(options: EngineServerOptions): Promise<EngineServer> {
  let port = options.port;
  const app = routes(options, () => port);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve(
      // Slow uploads may take longer than Node's 300 s for a request.
      { fetch: app.fetch, hostname: '127.0.0.1', port, serverOptions: { requestTimeout: 0 } },
      () => resolve(started),
    );
    started.once('error', reject);
  });
  port = (server.address() as AddressInfo).port;
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
  return {
    port,
    address: () => addressOf(options.access, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
