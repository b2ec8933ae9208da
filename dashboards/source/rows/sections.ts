/** Each section of the checklist: its items, their history, and the graphs that are the evidence. */
import { items } from '../../../src/checklist/items.ts';
import type { ChecklistItem, Section } from '../../../src/checklist/types.ts';
import type { Row } from '../layout.ts';
import type { PlacedPanel } from '../panel.ts';
import { table } from '../panels/table.ts';
import { timeline } from '../panels/timeline.ts';
import { checkedSections, checks, ofNode, orCode, seen } from '../promql.ts';
import { none, numberWords, verdictWords } from '../words.ts';

export const sectionTitles: Readonly<Record<Section, string>> = {
  process_health: 'Process health',
  endpoint_health: 'Endpoint health',
  model_integrity: 'Model integrity',
  queue_behavior: 'Queue behavior',
  resource_sanity: 'Resource sanity',
};

/** No row for a section without items. */
export function sectionRows(section: Section, evidence: readonly PlacedPanel[]): Row[] {
  if (!checkedSections.includes(section)) return [];
  return [{ title: sectionTitles[section], panels: [itemTable(section), itemTimeline(section), ...evidence] }];
}

function itemTable(section: Section): PlacedPanel {
  const byItem = 'max by (job, instance, check, subject)';
  const matchers = `${ofNode},section="${section}"`;
  const known = `${byItem} (${seen(`gpunode_check_status{${matchers},status="pass"}`)})`;
  const changed = `1000 * ${byItem} (gpunode_check_last_change_timestamp_seconds{${matchers}})`;
  return table({
    title: `${sectionTitles[section]}: items`,
    green: `PASS in every line.\n${greenLines(section)}`,
    otherwise:
      'a click on the check opens its runbook; a click on the node opens the exporter’s own page, with the evidence and the first command. UNKNOWN is not healthy: its facts are missing, stale or denied.',
    runbooks: [...new Set(itemsOf(section).map(({ runbook }) => runbook))],
    collectors: [...new Set(itemsOf(section).flatMap(({ needs }) => needs))],
    columns: [
      { name: 'Status', expr: withRunbooks(section), states: verdictWords, width: 120 },
      {
        label: 'check',
        name: 'Check',
        link: [
          'Runbook ${__data.fields.runbook}',
          'http://${__data.fields.instance}/runbooks/${__data.fields.runbook}',
        ],
      },
      { label: 'subject', name: 'Subject' },
      {
        name: 'Since',
        expr: orCode(changed, none, known),
        unit: 'dateTimeFromNow',
        words: numberWords({ [none]: { text: 'NO DATA', color: 'purple' } }),
        width: 130,
      },
      { label: 'runbook', name: 'Runbook' },
      { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
    ],
    sortBy: 'Status',
    width: 14,
    height: 10,
  });
}

function itemTimeline(section: Section): PlacedPanel {
  return timeline({
    title: `${sectionTitles[section]}: over time`,
    green: 'PASS from left to right.',
    otherwise:
      'the beginning of the first band that is not PASS is where to look in the logs. NO DATA: the exporter was silent.',
    runbooks: [...new Set(itemsOf(section).map(({ runbook }) => runbook))],
    collectors: [...new Set(itemsOf(section).flatMap(({ needs }) => needs))],
    queries: [{ expr: checks(section), legend: '{{check}} {{subject}} · {{instance}}' }],
    words: verdictWords,
    width: 10,
    height: 10,
  });
}

function itemsOf(section: Section): ChecklistItem[] {
  return items.filter((item) => item.section === section);
}

/** What green means, as the checklist itself says it. */
function greenLines(section: Section): string {
  return itemsOf(section)
    .map(({ check, subject, passesWhen }) => `- \`${check}\` (${subject}): ${passesWhen}`)
    .join('\n');
}

/** The codes with the runbook of each item as a label: a link cannot look it up. */
function withRunbooks(section: Section): string {
  // Where two items share a name, the one with a fixed subject comes last, and so wins.
  const pattern = ({ check, subject }: ChecklistItem): string =>
    isShared(check) && /^\w+$/.test(subject) ? `${check} ${subject}` : `${check} .*`;
  const patterns = itemsOf(section)
    .map((item) => ({ pattern: pattern(item), runbook: item.runbook }))
    .toSorted((one, other) => Number(other.pattern.endsWith('.*')) - Number(one.pattern.endsWith('.*')));
  const named = `label_join(\n${checks(section)}\n, "item", " ", "check", "subject")`;
  const labelled = [...Map.groupBy(patterns, ({ runbook }) => runbook)].reduce((expr, [runbook, group]) => {
    const choices = [...new Set(group.map((each) => each.pattern))].join('|');
    return `label_replace(${expr}, "runbook", "${runbook}", "item", "${choices}")`;
  }, named);
  return `max by (job, instance, check, subject, runbook) (${labelled})`;
}

function isShared(check: string): boolean {
  return items.filter((item) => item.check === check).length > 1;
}
