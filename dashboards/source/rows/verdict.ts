import type { Status } from '../../../src/checklist/types.ts';
import type { Row } from '../layout.ts';
import { table } from '../panels/table.ts';
import { tiles } from '../panels/tiles.ts';
import { checkedSections, checks, nodeVerdicts, ofNode, sectionVerdicts } from '../promql.ts';
import { countWords, none, severityWords, verdictCodes, verdictWords } from '../words.ts';
import { sectionTitles } from './sections.ts';

/** How many items have this status; those whose exporter is silent have none. */
function count(status: Status): string {
  return `sum(gpunode_check_status{${ofNode},status="${status}"}) or vector(${none})`;
}

const silentItems = `sum((\n${checks()}\n) == bool ${verdictCodes.noData}) or vector(${none})`;
const nothing = { [none]: { text: 'NO DATA', color: 'purple' } } as const;

/** What tells alerts of one name and program apart: of two checks that fail there are two lines. */
const subjectLabels = [
  'target',
  'model',
  'uuid',
  'xid',
  'kind',
  'mountpoint',
  'collector',
  'check',
  'subject',
  'timeout',
]
  .map((label) => `"${label}"`)
  .join(', ');

/** First of all: is the node well, and who has been paged? */
export const verdictRow: Row = {
  title: 'Verdict',
  panels: [
    tiles({
      title: 'Verdict',
      green: 'PASS: every item of the checklist passes, on every chosen node.',
      otherwise:
        'FAIL: an item fails; the red rows below name it. UNKNOWN: nothing fails, but something cannot be told. NO DATA: the exporter is silent, so nothing is known: see the row "Is it the exporter?".',
      runbooks: ['GpuNodeExporterDown', 'GpuNodeCheckFailing', 'GpuNodeCheckUnknown'],
      collectors: [],
      queries: [{ expr: `min(\n${nodeVerdicts()}\n) or vector(${verdictCodes.noData})`, legend: 'verdict' }],
      states: verdictWords,
      width: 5,
      height: 5,
    }),
    tiles({
      title: 'Sections',
      green: 'PASS in each section.',
      otherwise:
        'the row of the section has its items, worst first, and the graphs that are the evidence. NOT CHECKED: none of its collectors is switched on.',
      runbooks: ['GpuNodeCheckFailing', 'GpuNodeCollectorFailing'],
      collectors: [],
      queries: checkedSections.map((section) => ({
        expr: `min(\n${sectionVerdicts(section)}\n) or vector(${verdictCodes.noData})`,
        legend: sectionTitles[section],
      })),
      states: verdictWords,
      width: 12,
      height: 5,
    }),
    tiles({
      title: 'Items of the checklist',
      green: '0 failing, 0 unknown, 0 without data: all the others pass.',
      otherwise: 'the tables below list them, worst first. NO DATA: no exporter answers.',
      runbooks: ['GpuNodeCheckFailing', 'GpuNodeCheckUnknown', 'GpuNodeExporterDown'],
      collectors: [],
      queries: [
        { expr: count('fail'), legend: 'failing', words: countWords('red', nothing) },
        { expr: count('unknown'), legend: 'unknown', words: countWords('orange', nothing) },
        { expr: silentItems, legend: 'without data', words: countWords('purple', nothing) },
        { expr: count('pass'), legend: 'passing', words: countWords('green', nothing) },
      ],
      width: 7,
      height: 5,
    }),
    table({
      title: 'Alerts',
      green: 'GpuNodeWatchdog alone: it always fires, and so proves that Prometheus has loaded the rules.',
      otherwise:
        'one page a root cause: begin with the critical one; its runbook opens with a click on its name, served by the exporter of its node (of one that is down: rules/runbooks/ of the project). pending: it fires if this lasts.',
      runbooks: ['GpuNodeWatchdog', 'GpuNodeExporterAbsent', 'GpuNodeExporterDown'],
      collectors: [],
      silence: 'Prometheus has not loaded the rules, or GpuNodeWatchdog would fire',
      columns: [
        { label: 'severity', name: 'Severity', states: severityWords, width: 160 },
        {
          label: 'alertname',
          name: 'Alert',
          link: ['Runbook', 'http://${__data.fields.instance}/runbooks/${__data.fields.alertname}'],
        },
        { label: 'alertstate', name: 'State' },
        { label: 'program', name: 'Program' },
        { label: 'what', name: 'What' },
        { label: 'instance', name: 'Node', link: ['The exporter’s own page', 'http://${__data.fields.instance}/'] },
        {
          name: 'Value',
          isHidden: true,
          expr: `max by (job, instance, alertname, severity, alertstate, program, what) (label_join(\n  ALERTS{${ofNode},alertname=~"GpuNode.+"} or ALERTS{alertname=~"GpuNodeWatchdog|GpuNodeExporterAbsent"}\n, "what", " ", ${subjectLabels}))`,
        },
      ],
      sortBy: 'Severity',
      width: 24,
      height: 6,
    }),
  ],
};
