/** Selectors that follow the variables of a dashboard, and expressions that several panels share. */
import { sections } from '../../src/checklist/types.ts';
import type { Section } from '../../src/checklist/types.ts';
import { items } from '../../src/checklist/items.ts';
import { verdictCodes } from './words.ts';

/** What is shown of a node, and of its programs. */
export const ofNode = 'job=~"$job",instance=~"$instance"';
export const ofProgram = `${ofNode},program=~"$program"`;

/** Sections that have items; one without would have nothing to show. */
export const checkedSections: readonly Section[] = sections.filter((name) =>
  items.some(({ section }) => section === name),
);

/** What was there at any time of the shown range: the rows and bands that must not vanish together with their exporter. */
export function seen(selector: string): string {
  return `last_over_time(${selector}[$__range])`;
}

/** `expr`, and `code` for what was seen and is not there now. */
export function orCode(expr: string, code: number, known: string): string {
  return `${expr}\nor ${code} + 0 * ${known}`;
}

/** How much a counter has grown: exact where `increase` extrapolates, and 0 at the first scrape of a restored counter. */
export function grown(selector: string, range: string): string {
  return `(${selector} - min_over_time(${selector}[${range}]))`;
}

/** A count that is 0 only while somebody counts: counters outlive their source, and would look calm when it is dead. */
export function counted(expr: string, collector: string): string {
  return `${expr} > 0\nor ${expr} and on (job, instance) ${isWell(collector)}`;
}

/** Nodes whose collector has something to report. */
export function isWell(collector: string): string {
  return `gpunode_collector_success{${ofNode},collector="${collector}"} == 1`;
}

/** A number for a 0/1 series a state: the index of the state that is 1, in the order given. */
export function stateIndex(metric: string, matchers: string, states: readonly string[]): string {
  const terms = states.slice(1).map((state, index) => `${index + 1} * ${metric}{${matchers},state="${state}"}`);
  return `sum without (state) (\n  0 * ${metric}{${matchers},state="${states[0]}"}\n  or ${terms.join('\n  or ')}\n)`;
}

/** Codes of the items, by section, check and subject; an item whose exporter fell silent has no data. */
export function checks(section?: Section): string {
  const matchers = section === undefined ? ofNode : `${ofNode},section="${section}"`;
  const silent = `${seen(`gpunode_check_status{${matchers},status="pass"}`)} unless on (job, instance) gpunode_exporter_build_info{${ofNode}}`;
  return orCode(liveChecks(matchers), verdictCodes.noData, `max without (status) (${silent})`);
}

/** Worst verdict a node, as `/api/checklist` says it; a node whose exporter is silent has none. */
export function nodeVerdicts(): string {
  const answering = `max by (job, instance) (gpunode_exporter_build_info{${ofNode}})`;
  const live = `min by (job, instance) (${liveChecks(ofNode)})`;
  return orCode(orCode(live, verdictCodes.unknown, answering), verdictCodes.noData, nodes());
}

/** The same for one section; it may have no items, where a collector is switched off. */
export function sectionVerdicts(section: Section): string {
  const answering = `max by (job, instance) (gpunode_exporter_build_info{${ofNode}})`;
  const live = `min by (job, instance) (${liveChecks(`${ofNode},section="${section}"`)})`;
  return orCode(orCode(live, verdictCodes.notChecked, answering), verdictCodes.noData, nodes());
}

/** Every node that is scraped, or was seen in the shown range. */
export function nodes(): string {
  return `max by (job, instance) (up{job="gpunode",${ofNode}} or ${seen(`gpunode_exporter_build_info{${ofNode}}`)})`;
}

function liveChecks(matchers: string): string {
  const { pass, unknown } = verdictCodes;
  return `sum without (status) (${pass} * gpunode_check_status{${matchers},status="pass"} or ${unknown} * gpunode_check_status{${matchers},status="unknown"})`;
}
