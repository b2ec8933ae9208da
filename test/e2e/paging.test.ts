/** From a program that flaps to a page, to its end, with every link real: supervisord, exporter, Prometheus, Alertmanager. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import type { Alertmanager, Notification, SettledAlert } from '../node/alertmanager.ts';
import { startExporter } from '../node/exporter.ts';
import type { Daemon } from '../node/daemon.ts';
import { startPaging } from '../node/paging.ts';
import type { Paging } from '../node/paging.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';

const minuteMs = 60_000;
/** Timeouts are known as soon as there is a collector that reads them. */
const suspect = catalog().some(({ owner }) => owner === 'artifacts')
  ? '; close to LLAMA_WAIT_SECONDS (7s)'
  : 'a clock.';
const nodes: SimulatedNode[] = [];
afterAll(() => Promise.all(nodes.map((node) => node.stop())));

interface Story extends Paging {
  readonly node: SimulatedNode;
  readonly exporter: Daemon;
  readonly page: PagedAlert;
}

interface PagedAlert {
  readonly notification: Notification;
  readonly alert: Notification['alerts'][number];
}

/** A node whose llama is watched first and then begins to flap, until somebody has been paged for it. */
async function pagedForFlapping(): Promise<Story> {
  const node = await startNode({
    scenario: 'llama-flap',
    prepare: ({ programs }) => {
      programs.llama.settings['autostart'] = 'false';
    },
  });
  nodes.push(node);
  const exporter = await startExporter(node);
  const { prometheus, alertmanager } = await startPaging(node.scratch, [exporter.address]);
  await waitFor('the first scrapes', async () => {
    const [scrapes] = await prometheus.query('count_over_time(up{job="gpunode"}[1m])');
    return scrapes !== undefined && scrapes.value >= 2;
  });
  await node.supervisorctl('start', 'llama');
  const page = await waitFor('the page', () => firing(alertmanager, 'GpuNodeProgramFlapping'), {
    timeoutMs: minuteMs,
  });
  return { node, exporter, prometheus, alertmanager, page };
}

describe.concurrent('a llama that flaps on its wait', () => {
  it('is one page that says all, and its end when it is repaired', { timeout: 4 * minuteMs }, async () => {
    const { node, exporter, alertmanager, page } = await pagedForFlapping();
    const seconds = (page.notification.receivedAt.getTime() - (await respawnTime(node, 3))) / 1_000;
    process.stdout.write(`from the third flap to the webhook: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(15);

    expect(page.notification.receiver).toBe('pager');
    expect(page.alert.labels).toMatchObject({ program: 'llama', job: 'gpunode', instance: exporter.address });
    const { description = '', runbook_url: runbook = '' } = page.alert.annotations;
    expect(description).toMatch(/llama restarted [3-9] times in the last .+, every [78](\.\d+)?s, regular as a clock/);
    expect(description).toContain('/var/log/llama.err');
    expect(description).toContain(suspect);
    const answer = await fetch(runbook);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<h1>GpuNodeProgramFlapping</h1>');

    // The symptom that was there before the third flap is muted, in the same incident.
    expect(pagesOf(await alertmanager.settled())).toEqual(['GpuNodeProgramFlapping llama']);
    const incidents = alertmanager.notifications.filter(({ receiver }) => receiver === 'pager');
    expect(new Set(incidents.map(({ groupKey }) => groupKey)).size).toBe(1);

    const waitedFor = `${node.paths.workspace}/models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf`;
    mkdirSync(dirname(waitedFor));
    symlinkSync(node.paths.model, waitedFor);
    const end = await waitFor('the end of the page', () => resolved(alertmanager, 'GpuNodeProgramFlapping'), {
      timeoutMs: 2 * minuteMs,
    });
    expect(end.notification).toMatchObject({ receiver: 'pager', status: 'resolved' });
    expect(pagesOf(await alertmanager.settled())).toEqual([]);
    expect(
      alertmanager.notifications.filter(({ groupKey }) => groupKey === end.notification.groupKey).length,
    ).toBeLessThan(5);
  });

  it('does not read as repaired when the exporter dies', { timeout: 4 * minuteMs }, async () => {
    const { exporter, prometheus, alertmanager } = await pagedForFlapping();
    exporter.process.kill('SIGKILL');
    const down = await waitFor('the page', () => firing(alertmanager, 'GpuNodeExporterDown'), { timeoutMs: minuteMs });
    expect(down.notification.receiver).toBe('pager');
    expect(down.alert.labels).toMatchObject({ instance: exporter.address });
    await waitFor(
      'the flapping to be forgotten',
      async () => (await prometheus.query('ALERTS{alertname="GpuNodeProgramFlapping"}')).length === 0,
      { timeoutMs: minuteMs },
    );
    // Two group intervals later it would have been told.
    const forgotten = Date.now();
    await waitFor('the watchdog, twice', () => {
      const later = alertmanager.notifications.filter(({ receivedAt }) => receivedAt.getTime() > forgotten);
      return later.filter(({ receiver }) => receiver === 'dead-mans-switch').length >= 3;
    });
    expect(resolved(alertmanager, 'GpuNodeProgramFlapping')).toBeUndefined();
    expect(pagesOf(await alertmanager.settled())).toEqual(['GpuNodeExporterDown']);
  });
});

function firing(alertmanager: Alertmanager, name: string): PagedAlert | undefined {
  return told(alertmanager, name, 'firing');
}

function resolved(alertmanager: Alertmanager, name: string): PagedAlert | undefined {
  return told(alertmanager, name, 'resolved');
}

function told({ notifications }: Alertmanager, name: string, status: string): PagedAlert | undefined {
  return notifications
    .flatMap((notification) => notification.alerts.map((alert) => ({ notification, alert })))
    .find(({ alert }) => alert.labels['alertname'] === name && alert.status === status);
}

function pagesOf(alerts: readonly SettledAlert[]): string[] {
  return alerts
    .filter(({ labels }) => labels['severity'] === 'critical')
    .map(({ labels }) => [labels['alertname'], labels['program']].filter(Boolean).join(' '));
}

/** Milliseconds since the epoch of llama's nth respawn, by supervisord's own log. */
async function respawnTime(node: SimulatedNode, nth: number): Promise<number> {
  const times = [...(await node.mainLog()).matchAll(/^(\S+ \S+),(\d+) INFO spawned: 'llama'/gm)];
  const [, second = '', millisecond = ''] = times[nth] ?? [];
  return new Date(`${second.replace(' ', 'T')}.${millisecond}`).getTime();
}
