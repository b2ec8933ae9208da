/** The shipped Alertmanager configuration: valid, everybody gets what is theirs, and causes mute symptoms without cycles. */
import { spawnSync } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertsToCome, readAlertRules } from '../support/alert-rules.ts';
import { requireCommand } from '../setup/packages.ts';

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

const configFile = join(import.meta.dirname, '../../deploy/alertmanager/alertmanager.yml');
const text = readFileSync(configFile, 'utf8');
const config: { inhibit_rules: InhibitRule[] } = parse(text);
const shipped = readAlertRules();
const names = [...new Set([...shipped.map(({ alert }) => alert), ...alertsToCome])];
const scratch = mkdtempSync(join(tmpdir(), 'gpunode-alertmanager-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function amtool(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(requireCommand('amtool'), args, { encoding: 'utf8' });
}

describe('configuration', () => {
  it('passes amtool without a word of complaint', () => {
    const { status, stdout, stderr } = amtool('check-config', configFile);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('SUCCESS');
    expect(stdout).not.toMatch(/warn|error|fail/i);
  });

  it('passes with the PagerDuty block that it offers in a comment', () => {
    const uncommented = text.replace(/^ {4}# (?=pagerduty| {2,})/gm, '    ');
    expect(uncommented).not.toBe(text);
    const file = join(scratch, 'pagerduty.yml');
    writeFileSync(file, uncommented);
    expect(parse(uncommented).receivers[0]).toHaveProperty('pagerduty_configs');
    expect(amtool('check-config', file)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('routes', () => {
  const receivers: Record<string, string> = { critical: 'pager', warning: 'ticket', info: 'null' };
  const receiverOf = (...labels: string[]): string =>
    amtool('config', 'routes', 'test', `--config.file=${configFile}`, ...labels).stdout.trim();

  it.each(Object.entries(receivers))('sends %s to %s', (severity, receiver) => {
    const sample = shipped.find((rule) => rule.severity === severity && rule.alert !== 'GpuNodeWatchdog');
    const labels = ['job=gpunode', 'instance=gpu-1:10042', 'program=llama', `severity=${severity}`];
    expect(receiverOf(`alertname=${sample?.alert}`, ...labels)).toBe(receiver);
  });

  it('sends the watchdog to the dead man’s switch and loses nothing', () => {
    expect(receiverOf('alertname=GpuNodeWatchdog', 'severity=info')).toBe('dead-mans-switch');
    expect(receiverOf('alertname=SomethingElse')).toBe('ticket');
  });

  it('knows every severity that ships', () => {
    expect(shipped.filter(({ severity }) => !(severity in receivers))).toEqual([]);
  });
});

describe('inhibition', () => {
  const edges = config.inhibit_rules.flatMap((rule) =>
    select(rule.source_matchers).flatMap((source) =>
      select(rule.target_matchers).map((target) => ({ source, target, equal: rule.equal.join(' ') })),
    ),
  );

  it('names only alerts that exist', () => {
    const branches = config.inhibit_rules
      .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
      .filter((matcher) => matcher.startsWith('alertname'))
      .flatMap(alternatives);
    expect(branches.filter((branch) => !names.some((name) => whole(branch).test(name)))).toEqual([]);
  });

  it('quotes each matcher, for the old parser and the new', () => {
    const matchers = config.inhibit_rules.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);
    expect(matchers.filter((matcher) => !/^\w+ (=|!=|=~|!~) "[^"]+"$/.test(matcher))).toEqual([]);
  });

  it('has no cycle, nor an alert that mutes itself', () => {
    const targetsOf = (source: string): string[] =>
      edges.filter((edge) => edge.source === source).map(({ target }) => target);
    const cyclic = names.filter((start) => {
      const reached = new Set<string>();
      const open = targetsOf(start);
      for (let name = open.pop(); name !== undefined; name = open.pop()) {
        if (reached.has(name)) continue;
        reached.add(name);
        open.push(...targetsOf(name));
      }
      return reached.has(start);
    });
    expect(cyclic).toEqual([]);
  });

  it.each([
    ['GpuNodeProgramFatal', 'GpuNodeProgramFlapping', 'job instance program'],
    ['GpuNodeProgramFlapping', 'GpuNodeProgramDown', 'job instance program'],
    ['GpuNodeProgramFlapping', 'GpuNodeEndpointDown', 'job instance program'],
    ['GpuNodeProgramDown', 'GpuNodeModelLoadingTooLong', 'job instance program'],
    ['GpuNodeProgramFlapping', 'GpuNodeWorkerNotPolling', 'job instance program'],
    ['GpuNodeModelMissing', 'GpuNodeProgramFatal', 'job instance program'],
    ['GpuNodeModelIncomplete', 'GpuNodeModelNotStable', 'job instance program'],
    ['GpuNodeEndpointDown', 'GpuNodeEndpointSlow', 'job instance target'],
    ['GpuNodeSupervisorDown', 'GpuNodeProgramStopped', 'job instance'],
    ['GpuNodeMountMissing', 'GpuNodeModelMissing', 'job instance'],
    ['GpuNodeXidCritical', 'GpuNodeGpuUnreadable', 'job instance'],
    ['GpuNodeMountMissing', 'GpuNodeCheckFailing', 'job instance'],
    ['GpuNodeNvidiaSmiStuck', 'GpuNodeCheckFailing', 'job instance'],
    ['GpuNodeCollectorFailing', 'GpuNodeCheckUnknown', 'job instance'],
    ['GpuNodeLogUnreadable', 'GpuNodeCheckUnknown', 'job instance'],
    ['GpuNodeExporterDown', 'GpuNodeMemoryLow', 'job instance'],
    ['GpuNodeExporterDown', 'GpuNodeMountMissing', 'job instance'],
  ])('lets %s mute %s where %s are equal', (source, target, equal) => {
    expect(edges).toContainEqual({ source, target, equal });
  });

  const node = { job: 'gpunode', instance: 'gpu-1:10042' };
  const stuck = { alertname: 'GpuNodeNvidiaSmiStuck', ...node };
  const supervisorDown = { alertname: 'GpuNodeSupervisorDown', ...node };
  const failing = (collector: string): Labels => ({ alertname: 'GpuNodeCollectorFailing', collector, ...node });
  const check = (alertname: string, name: string, subject: string): Labels => {
    return { alertname, section: 'resource_sanity', check: name, subject, ...node };
  };
  const visible = check('GpuNodeCheckFailing', 'cuda_visible', 'node');
  const unknown = check('GpuNodeCheckUnknown', 'gpu_ok', 'GPU-1');

  it.each([
    ['an nvidia-smi that hangs', [stuck, failing('gpu'), visible, unknown], [stuck]],
    ['a supervisord that is silent', [supervisorDown, failing('supervisor'), unknown], [supervisorDown]],
    ['a driver that is not there', [{ alertname: 'GpuNodeGpuMissing', ...node }, visible], 'all'],
    ['code that is missing, beside it', [stuck, check('GpuNodeCheckFailing', 'code_present', '/a')], 'all'],
    ['a hung nvidia-smi of another node', [{ ...stuck, instance: 'gpu-2:10042' }, visible], 'all'],
  ] as const)('leaves of %s what is to be told', (_, firing, left) => {
    expect(unmuted(firing)).toEqual(left === 'all' ? firing : left);
  });

  it('never mutes who else answers on a port, nor the watchdog', () => {
    const muters = (name: string): string[] => edges.filter(({ target }) => target === name).map((edge) => edge.source);
    expect(muters('GpuNodeEndpointStranger')).toEqual(['GpuNodeExporterDown']);
    expect(muters('GpuNodeWatchdog')).toEqual([]);
    expect(muters('GpuNodeExporterDown')).toEqual([]);
  });
});

type Labels = Readonly<Record<string, string>>;

/** What is left of alerts that fire together. */
function unmuted(firing: readonly Labels[]): Labels[] {
  const fits = (labels: Labels, matchers: readonly string[]): boolean =>
    matchers.every((matcher) => {
      const [, label = '', operator = '', value = ''] = /^(\w+) (\S+) "(.*)"$/.exec(matcher) ?? [];
      return whole(value).test(labels[label] ?? '') !== operator.startsWith('!');
    });
  return firing.filter(
    (target) =>
      !config.inhibit_rules.some(
        ({ source_matchers, target_matchers, equal }) =>
          fits(target, target_matchers) &&
          firing.some(
            (source) => fits(source, source_matchers) && equal.every((label) => source[label] === target[label]),
          ),
      ),
  );
}

/** The alerts whose name fits all matchers; matchers of other labels narrow further and are left out. */
function select(matchers: readonly string[]): string[] {
  return names.filter((name) =>
    matchers.every((matcher) => {
      const [, label, operator = '', value = ''] = /^(\w+) (\S+) "(.*)"$/.exec(matcher) ?? [];
      if (label !== 'alertname') return true;
      return whole(value).test(name) !== operator.startsWith('!');
    }),
  );
}

/** `alertname =~ "GpuNode(A|B.+)"` → `GpuNodeA`, `GpuNodeB.+`. */
function alternatives(matcher: string): string[] {
  const [, prefix = '', inner] = /"([^"(]*)(?:\(([^")]*)\))?"/.exec(matcher) ?? [];
  return inner === undefined ? [prefix] : inner.split('|').map((branch) => prefix + branch);
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
