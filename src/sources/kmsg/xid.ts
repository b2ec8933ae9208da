/** What NVIDIA's kernel driver tells of a card in the kernel log. */
export type NvidiaMessage =
  | { readonly kind: 'xid'; readonly xid: string; readonly bus: string | undefined }
  /** The card no longer answers; comes alone, or beside Xid 79. */
  | { readonly kind: 'loss'; readonly bus: string | undefined }
  /** Which card sits where: printed once before a card's first Xid. */
  | { readonly kind: 'card'; readonly bus: string; readonly uuid: string };

/** Every text below has this in it. */
export const nvidiaMark = 'NVRM: ';

/**
 * Reads one message of the NVIDIA driver. Forms: `NVRM: Xid (PCI:0000:05:00): 79, …`, `NVRM: Xid (0000:03:00): 14, …`,
 * `NVRM: Xid (PCI:0000:01:00 GPU-I:05): 94, …` (a MIG instance), and of a loss `NVRM: GPU 0000:0b:00.0: GPU has fallen
 * off the bus.` and the three lines that begin with `NVRM: The NVIDIA GPU 0000:0b:00.0`. See NVIDIA's "Xid Errors".
 */
export function parseNvidiaMessage(text: string): NvidiaMessage | undefined {
  const xid = /NVRM: Xid \(([^)]{1,80})\): (\d{1,5})\b/.exec(text);
  if (xid) return { kind: 'xid', xid: String(Number(xid[2])), bus: busOf(xid[1] ?? '') };
  const card = /NVRM: GPU at (?:PCI:)?([0-9a-f:.]+): (GPU-[0-9a-f-]{36})/i.exec(text);
  const bus = busOf(card?.[1] ?? '');
  if (card?.[2] !== undefined && bus !== undefined) return { kind: 'card', bus, uuid: card[2] };
  if (/NVRM:.*fallen off the bus/s.test(text)) return { kind: 'loss', bus: busOf(text) };
  return undefined;
}

/** `00000000:9B:00.0`, `PCI:0000:9b:00`, `0000:9b:00.0` → `0000:9b:00`; undefined if there is no bus id in the text. */
export function busOf(text: string): string | undefined {
  const match = /\b([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\b/i.exec(text);
  if (!match) return undefined;
  const domain = Number.parseInt(match[1] ?? '', 16);
  return `${domain.toString(16).padStart(4, '0')}:${match[2]}:${match[3]}`.toLowerCase();
}
