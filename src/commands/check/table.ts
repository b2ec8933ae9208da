import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Report, ReportItem } from '../../checklist/report.ts';
import type { Status } from '../../checklist/types.ts';
import { durationInWords } from '../../core/words.ts';
import { printable } from '../printable.ts';
import type { Look } from './formats.ts';
import type { Colour } from './paint.ts';
import { bySection, statusWords, verdictLine } from './words.ts';

const colours: Readonly<Record<Status, Colour>> = { pass: 'green', fail: 'red', unknown: 'yellow' };
const indent = '  ';
const gap = '  ';
// A longer subject has its line to itself rather than all the others a narrow column of evidence.
const subjectAtMost = 28;
const evidenceAtLeast = 36;
const oldSeconds = 10;

interface Columns {
  readonly status: number;
  readonly check: number;
  readonly subject: number;
  /** Where the names of checks begin, and next steps below them. */
  readonly first: number;
  /** Where evidence begins. */
  readonly evidence: number;
  /** Evidence has lines of its own: the terminal is too narrow for it beside its subject. */
  readonly below: boolean;
}

/** A line an item; what does not pass says what to do next. */
export function renderTable(report: Report, look: Look): string {
  const columns = layOut(report.items, look.columns);
  const nowMs = Date.parse(report.generated_at);
  const lines = [
    // Of something that goes on it matters how old it is.
    ...(look.watch ? [look.paint('dim', report.generated_at), ''] : []),
    ...sectionLines(report, nowMs, columns, look),
  ];
  return [...lines, look.paint(['bold', colours[report.verdict]], verdictLine(report)), ''].join('\n');
}

function sectionLines(report: Report, nowMs: number, columns: Columns, look: Look): string[] {
  return bySection(report).flatMap(([section, items]) => [
    look.paint('bold', printable(section)),
    ...items.flatMap((item) => itemLines(item, nowMs, columns, look)),
    '',
  ]);
}

function itemLines(item: ReportItem, nowMs: number, columns: Columns, look: Look): string[] {
  const { status, check, subject } = item;
  const name = pad(printable(subject), columns.subject);
  const head = [
    look.paint(colours[status], pad(statusWords[status], columns.status)),
    pad(printable(check), columns.check),
    name,
  ];
  const [first = '', ...more] = wrapped(printable(item.evidence), columns, look);
  const isBeside = look.columns === undefined || (!columns.below && stringWidth(name) <= columns.subject);
  const margin = ' '.repeat(columns.evidence);
  const title = indent + head.join(gap);
  return [
    ...(isBeside ? [title + gap + first] : [title.trimEnd(), margin + first]),
    ...more.map((line) => margin + line),
    ...nextSteps(item, nowMs, look).map((line) => ' '.repeat(columns.first) + line),
  ];
}

/** Commands are not wrapped: somebody will copy them. */
function nextSteps(
  { status, command, runbook, since }: ReportItem,
  nowMs: number,
  { paint, runbooks }: Look,
): string[] {
  if (status === 'pass') return [];
  const seconds = (nowMs - Date.parse(since)) / 1000;
  return [
    ...(seconds < oldSeconds ? [] : [`${paint('dim', 'for:')}     ${durationInWords(seconds)}`]),
    ...(command === '' ? [] : [`${paint('dim', 'next:')}    ${printable(command)}`]),
    `${paint('dim', 'runbook:')} ${printable(`${runbooks ?? ''}${runbook}`)}`,
  ];
}

function layOut(items: Report['items'], width: number | undefined): Columns {
  const widest = (texts: readonly string[]): number =>
    Math.max(0, ...texts.map((text) => stringWidth(printable(text))));
  const status = widest(Object.values(statusWords));
  const check = widest(items.map((item) => item.check));
  const longest = widest(items.map((item) => item.subject));
  const subject = Math.min(longest, subjectAtMost);
  const first = indent.length + status + gap.length;
  const beside = first + check + gap.length + subject + gap.length;
  const below = width !== undefined && width - beside < evidenceAtLeast;
  return { status, check, subject, first, evidence: below ? first : beside, below };
}

function wrapped(text: string, { evidence }: Columns, { columns }: Look): string[] {
  if (columns === undefined) return [text];
  return wrapAnsi(text, Math.max(20, columns - evidence), { hard: true }).split('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
