import type { FileContent } from './types.ts';

/** What a file's own format says of its length. */
export type SizeFacts = Pick<FileContent, 'state' | 'problem' | 'requiredBytes' | 'minimumBytes'>;

/** The file ends before what it itself announces. */
export function cutOff(minimumBytes: number): SizeFacts {
  return { state: 'invalid', problem: `cut: at least ${minimumBytes} bytes belong to it`, minimumBytes };
}
