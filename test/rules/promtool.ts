import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { readAlertRules } from '../support/alert-rules.ts';
import type { AlertRule } from '../support/alert-rules.ts';
import { healthyNode } from './healthy-node.ts';
import { instance } from './story.ts';
import type { Firing, Moment, Story } from './story.ts';
import { notation } from './timeline.ts';
import type { Timeline } from './timeline.ts';

const folder = join(import.meta.dirname, '../../rules');
const rules = new Map(readAlertRules().map((rule) => [rule.alert, rule]));
/** Ends the name of the copy of an alert that has annotations. */
const withText = 'WithText';
const watchdog = 'GpuNodeWatchdog';
const withoutInstance = new Set([watchdog, 'GpuNodeExporterAbsent']);

/**
 * Tells promtool the story; resolves to its complaints, empty if every moment is as told: of every alert whether it fires,
 * and the annotations of those whose text the story tells. `change` is done to the rules before.
 */
export async function tell(story: Story, change: (rules: string) => string = (rules) => rules): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), 'gpunode-story-'));
  try {
    const write = (name: string, content: string): string => {
      writeFileSync(join(place, name), content);
      return join(place, name);
    };
    write('recording.yml', change(readFileSync(join(folder, 'gpunode.rules.yml'), 'utf8')));
    write('alerts.yml', alertsFor(story, change));
    const file = write('story.test.yml', testFile(story));
    await promisify(execFile)('promtool', ['test', 'rules', file], { timeout: 60_000 });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}` || String(error);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function testFile(story: Story): string {
  const step = stepOf(story);
  const { evaluationSeconds = step } = story;
  const series = inputSeries(story, step);
  const checks = [...firingChecks(story), ...textChecks(story)];
  return stringify({
    rule_files: ['recording.yml', 'alerts.yml'],
    // Else promtool takes them in any order, and a record may be one evaluation old.
    group_eval_order: [...groupNames('gpunode.rules.yml'), ...groupNames('gpunode.alerts.yml')],
    evaluation_interval: `${evaluationSeconds}s`,
    tests: [{ name: story.title, interval: `${step}s`, input_series: series, alert_rule_test: checks }],
  });
}

function groupNames(file: string): string[] {
  const { groups } = parse(readFileSync(join(folder, file), 'utf8')) as { groups: { name: string }[] };
  return groups.map(({ name }) => name);
}

/** Long stories are told in bigger steps. */
function stepOf(story: Story): number {
  const minutes = lengthOf(story);
  if (story.stepSeconds !== undefined) return story.stepSeconds;
  return minutes <= 25 ? 15 : minutes <= 60 ? 30 : 60;
}

function lengthOf({ moments }: Story): number {
  return Math.max(...moments.map(({ at }) => at));
}

function inputSeries(story: Story, step: number): { series: string; values: string }[] {
  const own: Readonly<Record<string, Timeline | undefined>> = story.only ?? { ...healthyNode(), ...story.series };
  const nodes = [[instance, own] as const, ...(story.others ?? []).map((other) => [other, healthyNode()] as const)];
  const until = lengthOf(story) * 60;
  return nodes.flatMap(([node, series]) =>
    Object.entries(series).flatMap(([key, timeline]) =>
      timeline === undefined ? [] : [{ series: withTarget(key, node), values: notation(timeline, until, step) }],
    ),
  );
}

function withTarget(key: string, node: string): string {
  const [name = '', labels] = key.replace(/\}$/, '').split('{');
  return `${name}{job="gpunode",instance="${node}"${labels === undefined ? '' : `,${labels}`}}`;
}

/** At every moment, of every alert: who fires, texts aside. */
function firingChecks(story: Story): unknown[] {
  return story.moments.flatMap((moment) =>
    [...rules.keys()].map((alertname) => ({
      eval_time: evalTime(moment),
      alertname,
      exp_alerts: firingOf(moment, alertname).map((firing) => ({ exp_labels: labelsOf(firing) })),
    })),
  );
}

function textChecks(story: Story): unknown[] {
  return story.moments.flatMap((moment) =>
    [...rules].flatMap(([alertname, rule]) => {
      const firings = firingOf(moment, alertname);
      if (!firings.some(({ text }) => text !== undefined)) return [];
      const expected = firings.map((firing) => ({
        exp_labels: labelsOf(firing),
        exp_annotations: annotationsOf(rule, firing),
      }));
      return [{ eval_time: evalTime(moment), alertname: `${alertname}${withText}`, exp_alerts: expected }];
    }),
  );
}

function evalTime({ at }: Moment): string {
  return `${Math.round(at * 60)}s`;
}

function firingOf({ firing = [] }: Moment, alertname: string): readonly Firing[] {
  const told = firing.filter(({ alert }) => alert === alertname);
  return alertname === watchdog && told.length === 0 ? [{ alert: watchdog }] : told;
}

function labelsOf({ alert, labels, instance: node = instance }: Firing): Record<string, string> {
  const target: Record<string, string> =
    alert === watchdog ? {} : { job: 'gpunode', ...(withoutInstance.has(alert) ? {} : { instance: node }) };
  return { severity: rules.get(alert)?.severity ?? '', ...target, ...labels };
}

/** The text as the story tells it; of the others what the rule says, with its labels filled in. */
function annotationsOf({ annotations }: AlertRule, firing: Firing): Record<string, string> {
  const labels = labelsOf(firing);
  const filled = Object.entries(annotations).map(([name, text]) => [
    name,
    text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? ''),
  ]);
  return { ...Object.fromEntries(filled), description: firing.text };
}

/** The alerts without annotations, so that a story need not tell all texts; those whose text it tells once more, with them. */
function alertsFor(story: Story, change: (rules: string) => string): string {
  const told = new Set(
    story.moments.flatMap(({ firing = [] }) =>
      firing.flatMap(({ alert, text }) => (text === undefined ? [] : [alert])),
    ),
  );
  const file = parse(change(readFileSync(join(folder, 'gpunode.alerts.yml'), 'utf8'))) as {
    groups: { rules: ({ alert: string } & Record<string, unknown>)[] }[];
  };
  for (const group of file.groups) {
    group.rules = group.rules.flatMap((rule) => {
      const { annotations: _, ...bare } = rule;
      return told.has(rule.alert) ? [bare, { ...rule, alert: `${rule.alert}${withText}` }] : [bare];
    });
  }
  return stringify(file);
}
