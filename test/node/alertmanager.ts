/** A real Alertmanager with the shipped configuration in quick time; whom it would page is recorded. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { scaleRules } from '../support/scale-rules.ts';
import { startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import type { Scratch } from './scratch.ts';
import { requireCommand } from '../setup/packages.ts';

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. */
const notificationSchema = z.object({
  receiver: z.string(),
  status: z.enum(['firing', 'resolved']),
  groupKey: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      startsAt: z.string().transform((text) => new Date(text)),
    }),
  ),
});

export interface Notification extends z.output<typeof notificationSchema> {
  readonly receivedAt: Date;
}

/** An alert that fires and that nothing mutes. */
export interface SettledAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: Date;
}

export interface Alertmanager extends Daemon {
  /** What came to pager, ticket and dead man's switch until now, oldest first. */
  readonly notifications: readonly Notification[];
  /** What fires now, neither inhibited nor silenced. */
  readonly settled: () => Promise<readonly SettledAlert[]>;
}

/** Durations are divided by `scale`, as those of the rules must be. The receivers' addresses are ours. */
export async function startAlertmanager(
  scratch: Pick<Scratch, 'folder' | 'spawn'>,
  { scale }: { readonly scale: number },
): Promise<Alertmanager> {
  const folder = join(scratch.folder, 'alertmanager');
  mkdirSync(folder);
  const notifications: Notification[] = [];
  const receiver = await listenForNotifications(notifications);
  const configFile = join(folder, 'alertmanager.yml');
  writeFileSync(configFile, writeConfig(scale, receiver.url));
  const daemon = await startDaemon(scratch.spawn, {
    command: requireCommand('prometheus-alertmanager'),
    args: (address) => [
      `--config.file=${configFile}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    logFile: join(folder, 'alertmanager.log'),
  });
  void waitForEnd(daemon).then(receiver.close);
  return { ...daemon, notifications, settled: () => readSettled(daemon.url) };
}

/** YAML, of which JSON is a part: the shipped configuration with shorter durations, and every webhook at our address. */
function writeConfig(scale: number, url: string): string {
  const shipped = fileURLToPath(new URL('../../deploy/alertmanager/alertmanager.yml', import.meta.url));
  const config: unknown = parse(scaleRules(readFileSync(shipped, 'utf8'), scale));
  return JSON.stringify(config, (key, value: unknown) => (key === 'url' ? url : value), 2);
}

async function listenForNotifications(into: Notification[]): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      into.push({ ...notificationSchema.parse(JSON.parse(body)), receivedAt: new Date() });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // The tests and the demo end when their own work does.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

async function waitForEnd({ process }: Daemon): Promise<void> {
  await new Promise((resolve) => process.once('exit', resolve));
}

const settledSchema = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.string().transform((text) => new Date(text)),
  }),
);

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, getAlerts. */
async function readSettled(url: string): Promise<SettledAlert[]> {
  const response = await fetch(`${url}/api/v2/alerts?active=true&inhibited=false&silenced=false`);
  return settledSchema.parse(await response.json());
}
