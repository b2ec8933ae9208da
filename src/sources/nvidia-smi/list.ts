import { isUuid } from './cells.ts';

/** Uuids of the cards in the answer to `nvidia-smi -L`, which skips the bad ones in every version; MIG devices left out. */
export function parseCardList(text: string): string[] {
  return [...text.matchAll(/^GPU \d+: .*\(UUID: ([^)\s]+)\)\s*$/gm)].flatMap(([, uuid = '']) =>
    isUuid(uuid) ? uuid : [],
  );
}
