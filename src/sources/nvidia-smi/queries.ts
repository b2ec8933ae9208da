import { SourceError } from '../../core/contract.ts';
import type { FailureReason } from '../../core/contract.ts';
import type { ExecResult } from '../../core/host.ts';
import { classifyAnswer, complaintOf, exitCodeOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { cardFields, parseCards } from './cards.ts';
import type { Card, Cards } from './cards.ts';
import { isUuid } from './cells.ts';
import { parseCardList } from './list.ts';
import { parseProcesses, processFields } from './processes.ts';
import type { GpuProcess } from './processes.ts';
import { parseRemappedRows, remappedRowFields } from './remapped-rows.ts';
import type { NvidiaSmi } from './runner.ts';
import { hasHeader } from './table.ts';

/** What is left of a round's time. */
export interface Budget {
  remainingMs(): number;
  readonly signal: AbortSignal;
}

export type CardsAnswer =
  | {
      readonly kind: 'cards';
      readonly cards: Cards;
      /** What nvidia-smi complained of beside the rows; empty if of nothing. */
      readonly complaint: string;
      /** Set where one card's state hides all others unless they are asked for one by one: those that answered. */
      readonly oneByOne: readonly string[] | undefined;
    }
  | { readonly kind: 'none'; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string };

export interface GpuQueries {
  /** All cards; `known` are uuids seen before. */
  cards(budget: Budget, known: readonly string[]): Promise<CardsAnswer>;
  /** Processes that hold memory. Throws `SourceError`. */
  processes(budget: Budget, oneByOne: readonly string[] | undefined): Promise<GpuProcess[]>;
  /** Pending row remaps by uuid, for drivers that do not tell with the cards. Throws `SourceError`. */
  remappedRows(budget: Budget): Promise<Map<string, boolean>>;
  /** True if this nvidia-smi does not know the field. */
  lacks(field: string): boolean;
  /** Exit codes of those that ended since the last call, `undefined` for one that passed its deadline. */
  takeExitCodes(): (number | undefined)[];
}

const format = '--format=csv,nounits';
const maxOneByOne = 32;

/** The queries of one node; remembers which fields its nvidia-smi does not know, until the driver changes. */
export function createGpuQueries(smi: NvidiaSmi): GpuQueries {
  let unknownFields = new Set<string>();
  let justLearnt: string[] = [];
  let driver: string | undefined;
  let exitCodes: (number | undefined)[] = [];

  async function ask(budget: Budget, ...args: string[]): Promise<ExecResult> {
    const timeoutMs = budget.remainingMs();
    if (timeoutMs <= 0) throw new SourceError('timeout', 'no time is left in this round');
    const result = await smi.run(args, { timeoutMs, signal: budget.signal });
    if (result === undefined) {
      const seconds = Math.round(smi.stuckMs() / 1000);
      throw new SourceError('timeout', `nvidia-smi has not ended for ${seconds} s; no second one is started`);
    }
    exitCodes.push(exitCodeOf(result));
    if (result.timedOut) throw new SourceError('timeout', `nvidia-smi did not answer in time`);
    return result;
  }

  async function askCards(
    budget: Budget,
    ...select: string[]
  ): Promise<{ answer: Answer; cards: Cards; result: ExecResult }> {
    for (;;) {
      const fields = cardFields.filter((field) => !unknownFields.has(field));
      const result = await ask(budget, ...select, `--query-gpu=${fields.join(',')}`, format);
      const answer = classifyAnswer(result, (stdout) => startsLikeRows(stdout, fields));
      if (answer.kind === 'unknown_field' && fields.includes(answer.field) && answer.field !== 'uuid') {
        unknownFields.add(answer.field);
        justLearnt.push(answer.field);
        exitCodes.pop();
        continue;
      }
      const cards = answer.kind === 'rows' ? parseCards(result.stdout, fields) : noCards;
      return { answer, cards, result };
    }
  }

  // A new driver may know more fields; while it is being replaced there is none.
  function noteDriver(next: string | undefined): void {
    if (driver !== undefined && next !== driver) unknownFields = new Set(justLearnt);
    driver = next;
    justLearnt = [];
  }

  async function cardsOneByOne(budget: Budget, known: readonly string[], complaint: string): Promise<CardsAnswer> {
    const listed = parseCardList((await ask(budget, '-L')).stdout);
    const { count, cards, inTime } = await askEach(budget, listed.length > 0 ? listed : known);
    if (!inTime && listed.length === 0) throw new SourceError('timeout', complaint);
    const oneByOne = cards.flatMap(({ uuid }) => uuid ?? []);
    // Where asking for one does not help either, the list at least tells who is there.
    const only = cards.length === 0 || !inTime ? listed : [];
    return { kind: 'cards', cards: { count, cards, listed: only }, complaint, oneByOne };
  }

  async function askEach(
    budget: Budget,
    uuids: readonly string[],
  ): Promise<Omit<Cards, 'listed'> & { readonly inTime: boolean }> {
    const found: Card[] = [];
    let count: number | undefined;
    try {
      for (const uuid of uuids.slice(0, maxOneByOne)) {
        const { cards } = await askCards(budget, '-i', uuid);
        count = cards.count ?? count;
        found.push(...cards.cards.filter((card) => card.uuid === uuid));
      }
    } catch (error) {
      if (!(error instanceof SourceError && error.reason === 'timeout')) throw error;
      return { count, cards: found, inTime: false };
    }
    return { count, cards: found, inTime: true };
  }

  async function readCards(budget: Budget, known: readonly string[]): Promise<CardsAnswer> {
    const { answer, cards, result } = await askCards(budget);
    if (answer.kind === 'no_handle') return await cardsOneByOne(budget, known, answer.message);
    if (answer.kind === 'unknown_field') return { kind: 'failed', reason: 'invalid', message: answer.message };
    noteDriver(cards.cards[0]?.driverVersion);
    if (answer.kind !== 'rows') return answer;
    return { kind: 'cards', cards, complaint: complaintOf(result), oneByOne: undefined };
  }

  async function askRows(budget: Budget, fields: readonly string[], ...args: string[]): Promise<string> {
    const result = await ask(budget, ...args, format);
    const nothing = result.exitCode === 0 && result.stdout.trim() === '';
    const answer = classifyAnswer(result, (stdout) => nothing || startsLikeRows(stdout, fields));
    if (answer.kind === 'rows') return result.stdout;
    throw new SourceError(answer.kind === 'failed' ? answer.reason : 'unavailable', messageOf(answer));
  }

  return {
    async cards(budget, known): Promise<CardsAnswer> {
      try {
        return await readCards(budget, known);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        return { kind: 'failed', reason: error.reason, message: error.message };
      }
    },
    async processes(budget, oneByOne): Promise<GpuProcess[]> {
      const query = `--query-compute-apps=${processFields.join(',')}`;
      if (oneByOne === undefined) return parseProcesses(await askRows(budget, processFields, query));
      const found: GpuProcess[] = [];
      for (const uuid of oneByOne) {
        const processes = parseProcesses(await askRows(budget, processFields, '-i', uuid, query));
        found.push(...processes.filter((each) => each.uuid === uuid));
      }
      return found;
    },
    async remappedRows(budget): Promise<Map<string, boolean>> {
      const query = `--query-remapped-rows=${remappedRowFields.join(',')}`;
      return parseRemappedRows(await askRows(budget, remappedRowFields, query));
    },
    lacks: (field) => unknownFields.has(field),
    takeExitCodes(): (number | undefined)[] {
      const taken = exitCodes;
      exitCodes = [];
      return taken;
    },
  };
}

const noCards: Cards = { count: undefined, cards: [], listed: [] };

// With the header or, should that be missing, with a row that closes with a uuid.
function startsLikeRows(stdout: string, fields: readonly string[]): boolean {
  const [, lastCell = ''] = /,([^,]*)$/.exec(stdout.split('\n', 1)[0] ?? '') ?? [];
  return hasHeader(stdout, fields) || isUuid(lastCell.trim());
}

function messageOf(answer: Answer): string {
  return 'message' in answer ? answer.message : 'nvidia-smi printed no rows';
}
