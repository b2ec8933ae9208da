import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileOperation } from '../../core/host.ts';
import type { Environment } from '../procfs/environment.ts';
import { findModelInScript } from './script-model.ts';

export interface StartScript {
  /** Changes when the script does. */
  readonly fingerprint: string;
  /** Absolute, as the script's own assignments and defaults, and the environment, make it; undefined if nothing says. */
  readonly model: string | undefined;
}

// Start scripts are short; what is longer, or no text, is a program.
const maxBytes = 256 * 1024;

/** Which model a start script would serve; null for a file that is no script. Of its text only that path leaves. */
export const readStartScript: FileOperation<{ environment: Environment }, StartScript | null> = {
  name: 'model_file.start_script',
  async run(path, { environment }) {
    // Of a word in a command it is not known what it names: opening a device may do something.
    if (!(await stat(path)).isFile()) return null;
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile() || stats.size > maxBytes) return null;
      const text = await handle.readFile('utf8');
      if (!text.startsWith('#!') && !path.endsWith('.sh')) return null;
      const { dev, ino, size, mtimeNs, ctimeNs } = stats;
      return { fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join(':'), model: findModelInScript(text, environment) };
    } finally {
      await handle.close();
    }
  },
};
