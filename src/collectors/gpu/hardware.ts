import { toSourceError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { readGpuHardware } from '../../sources/nvidia-smi/hardware.ts';
import type { GpuHardware } from '../../sources/nvidia-smi/hardware.ts';
import type { Notes } from './notes.ts';

/** The machine's own view of its cards, looked at now and then. */
export interface Hardware {
  /** Never throws. */
  read(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Undefined as long as it could not be read. */
  value(): GpuHardware | undefined;
}

const everyMs = 10 * 60_000;

export function createHardware({ files, clock }: Pick<Host, 'files' | 'clock'>, notes: Notes): Hardware {
  let newest: { readonly value: GpuHardware; readonly atMs: number } | undefined;
  return {
    async read(timeoutMs, signal): Promise<void> {
      if (newest !== undefined && clock.monotonicMs() - newest.atMs < everyMs) return;
      try {
        const value = await files.call(readGpuHardware, '/', null, { timeoutMs, signal });
        newest = { value, atMs: clock.monotonicMs() };
        notes.info('hardware', '');
      } catch (error) {
        notes.info('hardware', `the machine's own cards are not known: ${toSourceError(error, '/sys').message}`);
      }
    },
    value: () => newest?.value,
  };
}
