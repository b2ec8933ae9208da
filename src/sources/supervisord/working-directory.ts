import { readlink } from 'node:fs/promises';
import type { FileOperation } from '../../core/host.ts';

/** Where `/proc/PID/cwd` points: relative paths in supervisord.conf begin there. */
export const readWorkingDirectory: FileOperation<Record<string, never>, { directory: string }> = {
  name: 'supervisord.working_directory',
  run: async (link) => ({ directory: await readlink(link) }),
};
