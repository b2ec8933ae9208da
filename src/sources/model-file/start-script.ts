import { open } from 'node:fs/promises';
import type { FileOperation } from '../../core/host.ts';
import { findModelInScript } from './script-model.ts';

export interface StartScript {
  /** Changes when the script does. */
  readonly fingerprint: string;
  /** Absolute, as the script's own assignments and defaults make it; undefined if it does not say. */
  readonly model: string | undefined;
}

// Start scripts are short; what is longer, or no text, is a program.
const maxBytes = 256 * 1024;

/** Which model a start script would serve; null for a file that is no script. Of its text only that path leaves. */
export const readStartScript: FileOperation<null, StartScript | null> = {
  name: 'model_file.start_script',
  async run(path) {
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile() || stats.size > maxBytes) return null;
      const text = await handle.readFile('utf8');
      if (!text.startsWith('#!') && !path.endsWith('.sh')) return null;
      const { dev, ino, size, mtimeNs, ctimeNs } = stats;
      return { fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join(':'), model: findModelInScript(text) };
    } finally {
      await handle.close();
    }
  },
};
