import { overall } from '../../checklist/report.ts';
import { sections } from '../../checklist/types.ts';
import type { DatedVerdict, Section, Status } from '../../checklist/types.ts';
import type { CollectorState } from '../../core/collector-runner.ts';
import { counted } from '../../core/words.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { agoInWholeSeconds, momentOf } from './moment.ts';
import type { Moment } from './moment.ts';

/** The answer to "is this node well?". */
export interface HeadlineView {
  readonly mark: Mark;
  readonly sentence: string;
  /** Since when it has been like this; absent if nothing is checked. */
  readonly since?: { readonly words: string; readonly moment: Moment };
}

export interface ItemView {
  readonly section: Section;
  readonly mark: Mark;
  readonly check: string;
  readonly subject: string;
  readonly evidence: string;
  readonly since: Moment;
  /** When its collectors last looked, in Unix milliseconds; -Infinity if one of them has not yet. */
  readonly lookedMs: number;
  readonly looked: string;
  /** Empty where there is none. */
  readonly command: string;
  readonly runbook: string;
}

export interface SectionView {
  readonly id: Section;
  readonly title: string;
  /** `5 of 6 pass, seen 4s ago`: the oldest look counts. */
  readonly summary: string;
  readonly mark: Mark | undefined;
  readonly items: readonly ItemView[];
}

const titles: Readonly<Record<Section, string>> = {
  process_health: 'Process health',
  endpoint_health: 'Endpoint health',
  model_integrity: 'Model integrity',
  queue_behavior: 'Queue behavior',
  resource_sanity: 'Resource sanity',
};

export function headlineOf(verdicts: readonly DatedVerdict[], nowMs: number): HeadlineView {
  const status = overall(verdicts);
  const mark = markOf(status);
  if (verdicts.length === 0) return { mark, sentence: 'Nothing is checked' };
  const times = verdicts.filter((each) => status === 'pass' || each.status === status).map(({ sinceMs }) => sinceMs);
  // All pass since the last of them does; something is wrong since the first of what still is.
  const sinceMs = status === 'pass' ? Math.max(...times) : Math.min(...times);
  return {
    mark,
    sentence: sentenceOf(status, verdicts),
    since: { words: sinceWords[status], moment: momentOf(sinceMs, nowMs) },
  };
}

const sinceWords: Readonly<Record<Status, string>> = {
  pass: 'All pass since',
  fail: 'Failing since',
  unknown: 'Not known since',
};

function sentenceOf(status: Status, verdicts: readonly DatedVerdict[]): string {
  const [fails, unknowns] = [count(verdicts, 'fail'), count(verdicts, 'unknown')];
  const checks = counted(verdicts.length, 'check');
  if (status === 'pass') return `All ${checks} pass`;
  const unknown = `${unknowns} ${unknowns === 1 ? 'is' : 'are'} not known`;
  if (status === 'unknown') return `Of ${checks}, ${unknown}; none fails`;
  return `${fails} of ${checks} ${fails === 1 ? 'fails' : 'fail'}${unknowns === 0 ? '' : `, ${unknown}`}`;
}

export function itemsOf(
  verdicts: readonly DatedVerdict[],
  collectors: readonly CollectorState[],
  nowMs: number,
): ItemView[] {
  const looks = new Map(collectors.map(({ name, lookedMs }) => [name, lookedMs]));
  return verdicts.map(({ section, status, check, subject, evidence, sinceMs, command, runbook, needs }) => {
    const lookedMs = Math.min(...needs.map((name) => looks.get(name) ?? -Infinity));
    return {
      section,
      mark: markOf(status),
      check,
      subject,
      evidence,
      since: momentOf(sinceMs, nowMs),
      lookedMs,
      looked: lookedInWords(lookedMs, nowMs),
      command,
      runbook: `/runbooks/${runbook}`,
    };
  });
}

/** All five, also those without an item. */
export function sectionsOf(items: readonly ItemView[], nowMs: number): SectionView[] {
  return sections.map((id) => {
    const own = items.filter(({ section }) => section === id);
    const statuses = own.map(({ mark }) => mark);
    const passing = count(statuses, 'pass');
    const looked = lookedInWords(Math.min(...own.map(({ lookedMs }) => lookedMs)), nowMs);
    return {
      id,
      title: titles[id],
      summary: own.length === 0 ? 'nothing to check is configured' : `${passing} of ${own.length} pass, ${looked}`,
      mark: own.length === 0 ? undefined : markOf(overall(statuses)),
      items: own,
    };
  });
}

function lookedInWords(lookedMs: number, nowMs: number): string {
  return Number.isFinite(lookedMs) ? `seen ${agoInWholeSeconds(lookedMs, nowMs)}` : 'not seen yet';
}

function count(all: readonly { readonly status: Status }[], status: Status): number {
  return all.filter((each) => each.status === status).length;
}
