/** Debian packages that tests and demo need. Node's own modules only: this runs before anything else is known to work. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Package → the commands of it that we run. */
const commandsOf = {
  supervisor: ['supervisord', 'supervisorctl'],
  prometheus: ['prometheus', 'promtool'],
  'prometheus-alertmanager': ['prometheus-alertmanager', 'amtool'],
  bindfs: ['bindfs'],
  logrotate: ['logrotate'],
  procps: ['ps'],
  openssl: ['openssl'],
  chromium: ['chromium'],
} as const;

export type PackageName = keyof typeof commandsOf;

/** Something that a person has to do first; the message says what. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** Installs those of the packages that are missing, with apt-get. Throws `SetupError` where that is not possible. */
export function ensurePackages(names: readonly PackageName[]): void {
  const missing = names.filter((name) => !commandsOf[name].every((command) => findCommand(command)));
  if (missing.length === 0) return;
  if (!findCommand('apt-get')) {
    const list = missing.map((name) => `  ${name} (${commandsOf[name].join(', ')})`).join('\n');
    throw new SetupError(`This is no Debian, so please install these and put them on PATH:\n${list}`);
  }
  process.stderr.write(`Installing Debian packages: ${missing.join(' ')}\n`);
  aptInstall(missing);
  const still = missing.flatMap((name) => commandsOf[name]).filter((command) => !findCommand(command));
  if (still.length > 0) throw new SetupError(`Installed, but not found on PATH: ${still.join(', ')}`);
}

/** Path of a command. Debian's daemons live in sbin, which an ordinary user's PATH lacks. */
export function findCommand(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/** Path of a command that `npm test` and `npm run demo` install; throws if nobody has run them yet. */
export function requireCommand(command: string): string {
  const path = findCommand(command);
  if (path === undefined)
    throw new SetupError(`${command} is not installed; \`npm test\` and \`npm run demo\` install it`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function aptInstall(names: readonly string[]): void {
  const script = fileURLToPath(new URL('apt-install.sh', import.meta.url));
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !findCommand('sudo')) {
    throw new SetupError(`Not root and no sudo. Run this as root, then try again:\n  ${script} ${names.join(' ')}`);
  }
  // sudo may ask for a password only where somebody can type it.
  const prefix = isRoot ? [] : ['sudo', ...(process.stdin.isTTY ? [] : ['-n'])];
  const [command = script, ...args] = [...prefix, script, ...names];
  const { status, error } = spawnSync(command, args, { stdio: ['inherit', 'ignore', 'inherit'] });
  if (status !== 0) {
    throw new SetupError(`Could not install ${names.join(', ')}${error ? `: ${error.message}` : ' (see above)'}`);
  }
}
