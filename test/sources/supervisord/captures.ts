import { readFileSync } from 'node:fs';

/** A recorded file of supervisord. */
export function capture(name: string): string {
  return readFileSync(new URL(`../../captures/supervisor/${name}`, import.meta.url), 'utf8');
}

/** The bodies of the answers in a recorded conversation. */
export function answerBodies(name: string): string[] {
  return capture(name)
    .split(/^### RESPONSE.*$/m)
    .slice(1)
    .map((text) => text.slice(text.indexOf('<?xml'), text.indexOf('</methodResponse>') + '</methodResponse>'.length));
}
