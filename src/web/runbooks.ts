import { Router } from 'express';
import type { NextFunction, Request, Response } from 'express';
import { parse } from 'yaml';
import { z } from 'zod';
import { readAsset } from '../assets.ts';
import { renderMarkdown } from './markdown.ts';
import { sendPage } from './send-page.ts';
import type { SentPage } from './send-page.ts';

interface Alert {
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
}

const alertsSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().regex(/^GpuNode\w+$/),
          labels: z.object({ severity: z.string() }),
          annotations: z.object({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

const order = ['critical', 'warning', 'info'];
const consequence: Record<string, string> = { critical: 'a page', warning: 'a ticket', info: 'context' };

/** `/runbooks/`: every alert with what it means to whoever gets it; `/runbooks/ALERT`: what to do then. */
export function runbooks(): Router {
  let cached: readonly Alert[] | undefined;
  const alerts = (): readonly Alert[] => (cached ??= readAlerts());
  const router = Router({ strict: true });
  router.get('/runbooks', (_request, response) => {
    response.redirect(308, '/runbooks/');
  });
  router.get('/runbooks/', (_request, response) => {
    sendPage(response, indexPage(alerts()));
  });
  router.get('/runbooks/:alert', (request: Request<{ alert: string }>, response: Response, next: NextFunction) => {
    // Only names from our own list ever become a path.
    const found = alerts().find(({ alert }) => alert === request.params.alert);
    if (!found) return next();
    return sendPage(response, runbookPage(found));
  });
  return router;
}

function readAlerts(): Alert[] {
  const { groups } = alertsSchema.parse(parse(readAsset('rules/gpunode.alerts.yml')));
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, labels, annotations }) => ({
      alert,
      severity: labels.severity,
      summary: annotations.summary,
    })),
  );
}

function indexPage(alerts: readonly Alert[]): SentPage {
  const groups = order.map((severity) => ({
    title: kindOf(severity),
    alerts: alerts.filter((alert) => alert.severity === severity),
  }));
  return { title: 'Runbooks', template: 'runbook-index', data: { groups } };
}

function runbookPage({ alert, severity, summary }: Alert): SentPage {
  const html = renderMarkdown(readAsset(`rules/runbooks/${alert}.md`));
  return { title: alert, template: 'runbook', data: { kind: kindOf(severity), summary, html } };
}

function kindOf(severity: string): string {
  return `${severity}: ${consequence[severity] ?? severity}`;
}
