/** The provisioning of a plain grafana-server: https://grafana.com/docs/grafana/latest/administration/provisioning/ */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const seconds = z.string().regex(/^\d+s$/);

const datasourcesSchema = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.tuple([
    z.strictObject({
      name: z.string(),
      type: z.literal('prometheus'),
      access: z.literal('proxy'),
      url: z.url(),
      isDefault: z.boolean(),
      jsonData: z.strictObject({ timeInterval: seconds, httpMethod: z.enum(['GET', 'POST']) }),
    }),
  ]),
});
const providersSchema = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.tuple([
    z.strictObject({
      name: z.string(),
      type: z.literal('file'),
      folder: z.string(),
      allowUiUpdates: z.boolean(),
      disableDeletion: z.boolean(),
      updateIntervalSeconds: z.int().min(10),
      options: z.strictObject({ path: z.string().startsWith('/') }),
    }),
  ]),
});

function provisioning(kind: 'datasources' | 'dashboards'): unknown {
  return parse(readFileSync(join(root, 'deploy/grafana/provisioning', kind, 'gpunode.yml'), 'utf8'));
}

describe('provisioning of Grafana', () => {
  it('has a Prometheus that is scraped as often as Prometheus is told to scrape', () => {
    const [source] = datasourcesSchema.parse(provisioning('datasources')).datasources;
    const prometheus = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8')) as {
      global: { scrape_interval: string };
    };
    expect(source.jsonData.timeInterval).toBe(prometheus.global.scrape_interval);
  });

  it('reads the dashboards from where the README copies them to', () => {
    const [provider] = providersSchema.parse(provisioning('dashboards')).providers;
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(provider.options.path);
  });
});
