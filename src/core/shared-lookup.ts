import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** Who waits for which lookup. */
const waiting = new Map<string, Answer[]>();

/**
 * Looks a name up as `dns.lookup` does, one lookup of a name at a time. A lookup cannot be given up: while a resolver is
 * dead, each probe would leave one more behind that waits for one of the few threads that look up names.
 */
export const sharedLookup: LookupFunction = (hostname, options, callback) => {
  const answer: Answer = (error, addresses) => {
    const first = addresses[0];
    if (options.all === true || first === undefined) callback(error, addresses);
    else callback(error, first.address, first.family);
  };
  const key = JSON.stringify([hostname, options]);
  const others = waiting.get(key);
  if (others !== undefined) {
    others.push(answer);
    return;
  }
  const asked = [answer];
  waiting.set(key, asked);
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    waiting.delete(key);
    for (const each of asked) each(error, error === null ? addresses : []);
  });
};
