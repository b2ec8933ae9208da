/** A real Prometheus with its data in a scratch folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import type { Scratch } from './scratch.ts';
import { requireCommand } from '../setup/packages.ts';

export interface Prometheus extends Daemon {
  /** An instant query whose result is a vector. */
  readonly query: (expression: string) => Promise<readonly Series[]>;
  /** Lines of its log that are not routine: warnings and errors. */
  readonly complaints: () => string[];
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusOptions {
  /** Addresses to scrape, each as `host:port`, as the job `gpunode`. */
  readonly targets: readonly string[];
  readonly rulesFiles?: readonly string[];
  /** Addresses to send alerts to, each as `host:port`. */
  readonly alertmanagers?: readonly string[];
  /** Folder for data, configuration and log, and the way to start a process that goes with it. */
  readonly scratch: Pick<Scratch, 'folder' | 'spawn'>;
}

/** Scrapes and evaluates every second, for the first time about 5 s after its start: its discovery is that slow. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { targets, rulesFiles = [], alertmanagers = [], scratch } = options;
  const folder = join(scratch.folder, 'prometheus');
  const configFile = join(folder, 'prometheus.yml');
  mkdirSync(folder);
  writeFileSync(
    configFile,
    // YAML, of which JSON is a part.
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: rulesFiles,
      alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
      scrape_configs: [{ job_name: 'gpunode', static_configs: [{ targets }] }],
    }),
  );
  const daemon = await startDaemon(scratch.spawn, {
    command: requireCommand('prometheus'),
    args: (address) => [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    logFile: join(folder, 'prometheus.log'),
  });
  return {
    ...daemon,
    query: (expression) => query(daemon.url, expression),
    complaints: () =>
      daemon
        .log()
        .split('\n')
        .filter((line) => /level=(warn|error)/i.test(line) && !line.includes('Received SIGTERM')),
  };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

async function query(url: string, expression: string): Promise<Series[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = answerSchema.parse(await response.json());
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
