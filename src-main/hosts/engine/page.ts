/**
 * The window's files, from one folder known at start. A path is looked up in a list made when the engine starts, so
 * nothing a URL says can reach another file. The page itself is answered with the key in it when, and only when, the
 * address carries a launch code that can be redeemed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Access } from './access.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const KEY_PLACE = '<meta name="kindred-key" content="" />';

/** Every file below `folder` by its URL path. */
function filesBelow(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  }
  return files;
}

/** The name of this engine's cookie: cookies ignore ports, so the port is in the name. */
export const cookieName = (port: number): string => `kindred-${port}`;

export interface PageOptions {
  /** The built renderer. */
  readonly folder: string;
  readonly access: Access;
  readonly port: () => number;
}

export function pageRoutes({ folder, access, port }: PageOptions): Hono {
  const files = filesBelow(folder);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  if (!html.includes(KEY_PLACE)) throw new Error(`The page in ${folder} has no place for the key.`);
  const routes = new Hono();
  routes.get('/', (context) => {
    context.header('Cache-Control', 'no-store');
    const code = context.req.query('code');
    const isRedeemed = code !== undefined && access.redeem(code, getCookie(context, cookieName(port())) ?? null);
    if (!isRedeemed) return context.html(html, code === undefined ? 200 : 403);
    setCookie(context, cookieName(port()), access.cookie, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return context.html(html.replace(KEY_PLACE, `<meta name="kindred-key" content="${access.key}" />`));
  });
  routes.get('*', (context, next) => {
    const file = files.get(context.req.path);
    if (file === undefined) return next();
    const isHashed = context.req.path.startsWith('/assets/');
    return context.body(readFileSync(file), 200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Cache-Control': isHashed ? 'private, max-age=31536000, immutable' : 'no-cache',
    });
  });
  return routes;
}
