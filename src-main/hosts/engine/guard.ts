/**
 * What every request passes before a route sees it.
 *
 * Refused: a `Host` that is not this computer's own name (DNS rebinding; any port, since a tunnel changes it); an
 * `Origin` other than `http://` + that Host (`null` included); `Sec-Fetch-Site` from another site or another port,
 * except for opening the page itself, which carries no secret without a launch code. Bodies have a limit on every
 * route, GET too: without one a server drains whatever is sent.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

/** Bytes of an RPC body. */
export const MAX_BODY_BYTES = 1024 * 1024;
const OWN_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), display-capture=()',
};

/** A body is too large, or of no length. */
const REFUSES_BODY: ReadonlySet<number> = new Set([411, 413]);

/** Why a request is refused, or null. Exported for its tests. */
export function refusalOf(header: (name: string) => string | undefined, method: string, path: string): string | null {
  const host = header('host') ?? '';
  const name = host.replace(/:\d+$/, '');
  if (!OWN_NAMES.has(name)) return 'This address does not belong to Kindred.';
  const origin = header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return 'Requests from another site are refused.';
  const site = header('sec-fetch-site');
  const isOpeningPage = method === 'GET' && path === '/' && header('sec-fetch-mode') === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpeningPage) {
    return 'Requests from another site are refused.';
  }
  return null;
}

export function guard(): MiddlewareHandler {
  return async (context, next) => {
    const refusal = refusalOf((name) => context.req.header(name), context.req.method, context.req.path);
    if (refusal !== null) {
      context.res = context.text(refusal, 403);
    } else {
      await next();
    }
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
    // What is not taken is not read on either.
    if (REFUSES_BODY.has(context.res.status)) context.res.headers.set('Connection', 'close');
  };
}

/** The body limit of ordinary routes; uploads have their own. */
export function limitBody(): MiddlewareHandler {
  return bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (context: Context) => context.text('The request is larger than 1 MB.', 413),
  });
}
