import { createHash } from 'node:crypto';
import { compare } from 'bcryptjs';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Asks for HTTP Basic credentials and checks them against bcrypt hashes; without users everybody may read. */
export function basicAuth(users: ReadonlyMap<string, string>): RequestHandler {
  // bcrypt takes a good part of a second by design: a scraper's credentials are checked once, wrong ones every time.
  const known = new Set<string>();

  return async function checkCredentials(request: Request, response: Response, next: NextFunction): Promise<void> {
    if (users.size === 0 || (await permitted(request.headers.authorization))) return next();
    response.set('WWW-Authenticate', 'Basic realm="gpunode-exporter"').status(401).type('text/plain');
    response.send('credentials are required\n');
  };

  async function permitted(header: string | undefined): Promise<boolean> {
    const encoded = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? '')?.[1];
    if (encoded === undefined) return false;
    const key = createHash('sha256').update(encoded).digest('hex');
    if (known.has(key)) return true;
    const credentials = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = credentials.indexOf(':');
    const hash = users.get(credentials.slice(0, colon));
    if (colon < 1 || hash === undefined || !(await compare(credentials.slice(colon + 1), hash))) return false;
    known.add(key);
    return true;
  }
}
