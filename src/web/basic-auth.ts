import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { compare } from 'bcryptjs';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const pauseMs = 50;

/** Asks for HTTP Basic credentials and checks them against bcrypt hashes; without users everybody may read. */
export function basicAuth(users: ReadonlyMap<string, string>): RequestHandler {
  // bcrypt takes a good part of a second by design: a scraper's credentials are checked once, wrong ones every time.
  const checks = new Map<string, Promise<boolean>>();
  const anyHash = users.values().next().value ?? '';
  let newest: Promise<unknown> = Promise.resolve();

  return async function checkCredentials(request: Request, response: Response, next: NextFunction): Promise<void> {
    if (users.size === 0 || (await permitted(request.headers.authorization))) return next();
    response.set('WWW-Authenticate', 'Basic realm="gpunode-exporter"').status(401).type('text/plain');
    response.send('credentials are required\n');
  };

  async function permitted(header: string | undefined): Promise<boolean> {
    const encoded = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? '')?.[1];
    if (encoded === undefined) return false;
    const key = createHash('sha256').update(encoded).digest('hex');
    const check = checks.get(key) ?? inTurn(() => areRight(Buffer.from(encoded, 'base64').toString('utf8')));
    checks.set(key, check);
    const right = await check;
    if (!right) checks.delete(key);
    return right;
  }

  /** One after the other, with time in between: dozens of guesses at once would keep everybody else waiting. */
  function inTurn(check: () => Promise<boolean>): Promise<boolean> {
    const result = newest.then(check);
    newest = result.catch(() => undefined).then(() => delay(pauseMs));
    return result;
  }

  async function areRight(credentials: string): Promise<boolean> {
    const colon = credentials.indexOf(':');
    const hash = users.get(credentials.slice(0, Math.max(0, colon)));
    // An unknown name takes as long as a wrong password: who asks must not learn which names there are.
    const isSame = await compare(credentials.slice(colon + 1), hash ?? anyHash);
    return isSame && hash !== undefined;
  }
}
