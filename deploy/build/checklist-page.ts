import { items } from '../../src/checklist/items.ts';
import { sections } from '../../src/checklist/types.ts';
import type { ChecklistItem } from '../../src/checklist/types.ts';

/** CHECKLIST.md, from the items. */
export function checklistPage(): string {
  return `# Validation checklist

Generated from the items by \`npm run generate\`; do not edit.

What an operator goes through after a deploy, and what a paged engineer looks at first. The same verdicts everywhere:
\`gpunode-exporter check\`, the exporter's page at \`/\`, \`/api/checklist\`, and the metric \`gpunode_check_status\`.

Each item is **pass**, **fail** or **unknown**. What cannot be told is unknown, never pass: a source may be silent, or may not be
asked. What is not configured, or whose collector is switched off, is no item. The node fails if an item fails; it passes if
all pass. *The window* is \`checklist.window\`, an hour; *the floor* is \`checklist.memory_floor_ratio\`, a twentieth.

${sections.map(sectionText).join('\n')}
## Exit status of \`check\`

| status | meaning |
| --- | --- |
| 0 | all checks pass |
| 1 | a check fails |
| 2 | wrong usage or configuration |
| 3 | nothing fails, but something is unknown; also when the exporter of \`--from\` cannot be asked |

\`--section\` restricts the items, and the verdict with them.

## JSON

\`check --format json\` prints what \`/api/checklist\` answers. Its schema is [deploy/schema/checklist.schema.json](deploy/schema/checklist.schema.json),
which the exporter serves at \`/api/checklist/schema\`. Keys and sections may be added; a reader ignores what it does not know.

\`\`\`json
${JSON.stringify(example, undefined, 2)}
\`\`\`
`;
}

function sectionText(section: (typeof sections)[number]): string {
  const own = items.filter((item) => item.section === section);
  const rows = own.map(rowOf);
  const table = ['| check | subject | passes when | runbook |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return `## ${section}\n\n${own.length === 0 ? 'No checks yet.' : table}\n`;
}

function rowOf({ check, subject, passesWhen, runbook }: ChecklistItem): string {
  return `| \`${check}\` | ${subject} | ${passesWhen} | [${runbook}](rules/runbooks/${runbook}.md) |`;
}

const example = {
  verdict: 'fail',
  generated_at: '2026-01-02T03:04:05.678Z',
  items: [
    {
      section: 'resource_sanity',
      check: 'no_restart_loop',
      subject: 'llama',
      status: 'fail',
      evidence:
        '9 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s); 31 in the last day, last exit 2m 11s ago (unexpected, code 1)',
      since: '2026-01-01T23:31:40.000Z',
      command: 'tail -n 200 /var/log/llama.err',
      runbook: '/runbooks/GpuNodeProgramFlapping',
    },
  ],
};
