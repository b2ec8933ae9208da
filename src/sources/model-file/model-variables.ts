import { splitStrings } from '../procfs/command-line.ts';
import type { Environment } from '../procfs/environment.ts';

/** Whether a variable may name a model by an absolute path. Others may be secrets, and their values go nowhere. */
export function namesModel(name: string, value: string): boolean {
  return /model/i.test(name) && value.startsWith('/') && value.length < 4096;
}

/** Those variables of a process's environment, as /proc/PID/environ has it. */
export function modelVariables(environ: Buffer): Environment {
  const pairs = splitStrings(environ).map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return Object.fromEntries(pairs.filter(([name, value]) => namesModel(name, value)));
}
