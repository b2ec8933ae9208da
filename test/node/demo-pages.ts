/** What the demo shows of whom Alertmanager told what. */
import type { Alertmanager, Notification } from './alertmanager.ts';

export interface Page {
  /** pager or ticket. */
  readonly receiver: string;
  /** `GpuNodeProgramFlapping{llama}`. */
  readonly alert: string;
  readonly since: Date;
  /** In between: a cause was found meanwhile, which has a page of its own; or it is over, and nobody was told yet. */
  readonly state: 'firing' | 'muted or over' | 'resolved';
  readonly description: string;
  readonly runbook: string;
}

/** One for each alert that was ever sent, as it is now, in the order in which they arrived. */
export async function readPages({ notifications, settled }: Alertmanager): Promise<Page[]> {
  const unmuted = new Set((await settled()).map(({ labels }) => JSON.stringify(labels)));
  const newest = new Map<string, Page>();
  for (const notification of notifications.filter(({ receiver }) => receiver !== 'dead-mans-switch')) {
    for (const alert of notification.alerts) {
      const key = JSON.stringify(alert.labels);
      newest.set(key, pageOf(notification.receiver, alert, unmuted.has(key)));
    }
  }
  return [...newest.values()];
}

function pageOf(receiver: string, alert: Notification['alerts'][number], isUnmuted: boolean): Page {
  const { alertname = '', program, uuid, mountpoint, model } = alert.labels;
  const subject = program ?? model ?? uuid ?? mountpoint;
  return {
    receiver,
    alert: subject === undefined ? alertname : `${alertname}{${subject}}`,
    since: alert.startsAt,
    state: alert.status === 'resolved' ? 'resolved' : isUnmuted ? 'firing' : 'muted or over',
    description: alert.annotations['description'] ?? '',
    runbook: alert.annotations['runbook_url'] ?? '',
  };
}

export function renderPages(pages: readonly Page[]): string {
  return pages.map(renderPage).join('\n');
}

/** One line; a page that fires has its text and its runbook below. */
export function renderPage({ receiver, alert, since, state, description, runbook }: Page): string {
  const line = `${receiver}: ${alert}, ${state}, since ${since.toTimeString().slice(0, 8)}`;
  return state === 'firing' ? `${line}\n  ${description}\n  ${runbook}` : line;
}
