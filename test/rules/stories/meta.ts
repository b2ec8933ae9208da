import type { Story } from '../story.ts';
import type { Series } from '../timeline.ts';
import { always, during, steps, withoutExporter } from '../timeline.ts';
import { healthyNode } from '../healthy-node.ts';

const gone = 'GpuNodeExporterDown';
const llamaPolls = (from: number, to: number): Series => ({
  'gpunode_supervisor_events_source{program="llama",source="poll"}': during(from, to, 1, 0),
  'gpunode_supervisor_events_source{program="llama",source="main_log"}': during(from, to, 0, 1),
});

export const metaStories: readonly Story[] = [
  {
    title: 'a healthy node with every series present raises nothing',
    moments: [
      { at: 1 },
      { at: 30 },
      {
        at: 130,
        firing: [
          {
            alert: 'GpuNodeWatchdog',
            text: "This alert always fires. Route it to a dead man's switch that complains when it stops coming.",
          },
        ],
      },
    ],
  },
  {
    title: 'the exporter dies and comes back after ten minutes',
    only: withoutExporter(healthyNode(), 10, 20),
    moments: [
      { at: 11 },
      {
        at: 15,
        firing: [
          {
            alert: gone,
            text: 'gpu-1:10042 has not been scraped for 2 minutes, so nothing else is known of this node. First, on the node: `systemctl status gpunode-exporter`, or `supervisorctl status gpunode-exporter` in a container.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'the exporter is restarted within a minute and a half: nobody hears of it',
    only: withoutExporter(healthyNode(), 10, 11.5),
    nearly: [gone],
    moments: [{ at: 10.6 }, { at: 11.4 }, { at: 14 }],
  },
  {
    title: 'the job is gone from the configuration for a while',
    only: Object.fromEntries(
      Object.entries(healthyNode()).map(([key, timeline]) => [
        key,
        (at) => (at < 600 || at >= 1_800 ? timeline(at) : undefined),
      ]),
    ),
    moments: [
      { at: 14.6 },
      {
        at: 16,
        firing: [
          {
            alert: 'GpuNodeExporterAbsent',
            text: 'No GPU node has been scraped for 5 minutes: the job gpunode was removed or renamed, or its discovery finds nothing. First: look for the job gpunode at /targets of this Prometheus.',
          },
        ],
      },
      { at: 31 },
    ],
  },
  {
    title: 'one target of two leaves discovery: the job is still there',
    series: { up: steps([0, 1], [10, undefined]) },
    others: ['gpu-2:10042'],
    nearly: ['GpuNodeExporterAbsent'],
    moments: [{ at: 30 }],
  },
  {
    title: 'the gpu collector fails for a while',
    series: { 'gpunode_collector_success{collector="gpu"}': during(10, 20, 0, 1) },
    moments: [
      {
        at: 16,
        firing: [
          {
            alert: 'GpuNodeCollectorFailing',
            labels: { collector: 'gpu' },
            text: 'The collector gpu of gpu-1:10042 has failed for 5 minutes: what it watches is not known. First, on the node: `journalctl -u gpunode-exporter | grep collector=gpu | tail -n 3` says why.',
          },
        ],
      },
      { at: 20.6 },
    ],
  },
  {
    title: 'the gpu collector fails for four minutes',
    series: { 'gpunode_collector_success{collector="gpu"}': during(10, 14, 0, 1) },
    nearly: ['GpuNodeCollectorFailing'],
    moments: [{ at: 13.6 }, { at: 16 }],
  },
  {
    title: 'the log of llama loses its permissions and gets them back',
    series: { 'gpunode_log_readable{program="llama"}': during(10, 40, 0, 1) },
    moments: [
      {
        at: 26,
        firing: [
          {
            alert: 'GpuNodeLogUnreadable',
            labels: { program: 'llama' },
            text: "A log of llama on gpu-1:10042 has been unreadable for 15 minutes: its errors are not counted. First: `ls -l /var/log/llama.err`, and whether the exporter's user may read it.",
          },
        ],
      },
      { at: 41 },
    ],
  },
  {
    title: 'the log of llama is away for a rotation',
    series: { 'gpunode_log_readable{program="llama"}': during(10, 24, 0, 1) },
    nearly: ['GpuNodeLogUnreadable'],
    moments: [{ at: 23.6 }, { at: 30 }],
  },
  {
    title: 'restarts of llama are seen by polling for half an hour',
    series: llamaPolls(10, 40),
    moments: [
      {
        at: 26,
        firing: [
          {
            alert: 'GpuNodeRestartsNotExact',
            labels: { program: 'llama' },
            text: "supervisord's own log has told nothing of llama on gpu-1:10042 for 15 minutes: its restarts are a lower bound, their cadence is not known, and its flapping is a ticket, not a page. First: `grep -E '^(logfile|loglevel)' /etc/supervisor/supervisord.conf`: the exporter must be able to read the log, and loglevel must be info or lower.",
          },
        ],
      },
      { at: 41 },
    ],
  },
  {
    title: 'restarts of llama are seen by polling until the main log speaks again',
    series: llamaPolls(10, 20),
    nearly: ['GpuNodeRestartsNotExact'],
    moments: [{ at: 19 }, { at: 30 }],
  },
  {
    title: 'a node of which nothing is known but that it is scraped: no GPU, no model, no supervisord, no endpoint',
    only: { up: always(1), 'gpunode_collector_success{collector="host"}': always(1) },
    moments: [{ at: 5 }, { at: 90 }],
  },
];
