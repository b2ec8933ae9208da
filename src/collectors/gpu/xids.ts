import type { Sample, TimedEvent } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { KernelLogReply } from '../../sources/kmsg/read.ts';
import { busOf, parseNvidiaMessage } from '../../sources/kmsg/xid.ts';
import { gpuMetrics } from './metrics.ts';
import type { PendingLoss, SavedXids, XidCount } from './saved.ts';

const fallenOffTheBus = '79';
const withoutNumber = 'none';
const unknownCard = 'unknown';
/** NVIDIA's list of those after which a card needs a reset or is gone: known to be 0 until they come. */
const critical = ['48', '62', '64', '74', '79', '95', '119', '120', withoutNumber];
// The driver tells a loss twice, in either order, and again whenever somebody opens the card.
const sameLossMs = 60_000;
const settleMs = 5_000;
const maxLosses = 100;
const maxCounts = 1_000;

interface Happened {
  readonly uuid: string;
  readonly xid: string;
  readonly atMs: number;
  readonly sequence: number;
}

/** Counts what the kernel logged since `xids`, each message once. */
export function countXids(
  xids: SavedXids | undefined,
  reply: KernelLogReply,
  cardsByBus: Readonly<Record<string, string>>,
  nowMs: number,
): { xids: SavedXids; events: TimedEvent[] } {
  const buses: Record<string, string> = { ...xids?.buses, ...cardsByBus };
  const messages = reply.messages.map((message) => ({ ...message, said: parseNvidiaMessage(message.text) }));
  for (const { said } of messages) if (said?.kind === 'card') buses[said.bus] = cardsByBus[said.bus] ?? said.uuid;
  const uuidOf = (bus: string | undefined): string => buses[bus ?? ''] ?? unknownCard;

  const numbered = messages.flatMap(({ said, atMs, sequence }) =>
    said?.kind === 'xid' ? [{ uuid: uuidOf(said.bus), xid: said.xid, atMs, sequence }] : [],
  );
  const losses = messages.flatMap(({ said, atMs, sequence }): PendingLoss[] =>
    said?.kind === 'loss' ? [{ bus: said.bus ?? busBefore(sequence, reply) ?? '', atMs, sequence }] : [],
  );
  const pending = [...(xids?.losses ?? []), ...losses].slice(-maxLosses);
  const unnumbered = unnumberedLosses(
    pending.filter((loss) => nowMs - loss.atMs >= settleMs).map((loss) => ({ ...loss, uuid: uuidOf(loss.bus) })),
    [...numbered, ...(xids?.counts ?? []).map((each) => ({ ...each, atMs: each.lastMs }))],
  );
  const happened = [...numbered, ...unnumbered];
  return {
    xids: {
      position: reply.position,
      counts: addCounts(xids?.counts ?? [], happened),
      losses: pending.filter((loss) => nowMs - loss.atMs < settleMs),
      buses,
    },
    events: happened.map((each) => toEvent(each, reply.position.bootId)),
  };
}

/** Counters of all Xids that came, and zeros for the critical ones of every known card. */
export function xidSamples(counts: readonly XidCount[], uuids: readonly string[]): Sample[] {
  const seen = new Set(counts.map(({ uuid, xid }) => `${uuid} ${xid}`));
  const zeros = uuids
    .flatMap((uuid) => critical.map((xid) => ({ uuid, xid })))
    .filter(({ uuid, xid }) => !seen.has(`${uuid} ${xid}`));
  return [
    ...counts.flatMap(({ uuid, xid, count, lastMs }) => [
      sample(gpuMetrics.xidErrors, { uuid, xid }, count),
      sample(gpuMetrics.xidLast, { uuid, xid }, lastMs / 1000),
    ]),
    ...zeros.map((labels) => sample(gpuMetrics.xidErrors, labels, 0)),
  ];
}

/** Where the three lines of a loss are three messages, the first one names the card. */
function busBefore(sequence: number, { messages }: KernelLogReply): string | undefined {
  return messages
    .filter((message) => message.sequence < sequence && message.sequence >= sequence - 2)
    .flatMap(({ text }) => (text.includes('NVRM: The NVIDIA GPU ') ? (busOf(text) ?? []) : []))
    .at(-1);
}

interface Loss {
  readonly uuid: string;
  readonly atMs: number;
}

/** Losses that no Xid 79 stands for; those of one card within a minute are one. */
function unnumberedLosses(
  losses: readonly (Loss & { readonly sequence: number })[],
  told: readonly (Loss & { readonly xid: string })[],
): Happened[] {
  const counted: Loss[] = told.filter(({ xid }) => xid === fallenOffTheBus || xid === withoutNumber);
  return losses.flatMap(({ uuid, atMs, sequence }) => {
    const near = counted.filter((other) => Math.abs(other.atMs - atMs) <= sameLossMs);
    if (near.some((other) => other.uuid === uuid || uuid === unknownCard)) return [];
    counted.push({ uuid, atMs });
    return [{ uuid, xid: withoutNumber, atMs, sequence }];
  });
}

function addCounts(counts: readonly XidCount[], happened: readonly Happened[]): XidCount[] {
  const sums = new Map(counts.map((each) => [`${each.uuid} ${each.xid}`, each]));
  for (const { uuid, xid, atMs } of happened) {
    const before = sums.get(`${uuid} ${xid}`);
    if (before === undefined && sums.size >= maxCounts) continue;
    const lastMs = Math.max(before?.lastMs ?? 0, atMs);
    sums.set(`${uuid} ${xid}`, { uuid, xid, count: (before?.count ?? 0) + 1, lastMs });
  }
  return [...sums.values()];
}

function toEvent({ uuid, xid, atMs, sequence }: Happened, bootId: string): TimedEvent {
  return { id: `gpu/xid/${bootId}/${sequence}`, atMs, kind: 'gpu', subject: uuid, detail: `xid ${xid}` };
}
