import { Router } from 'express';
import type { NextFunction, Request, Response } from 'express';
import { parse } from 'yaml';
import { z } from 'zod';
import { readAsset } from '../assets.ts';
import { escapeHtml, sendPage } from './html.ts';
import { renderMarkdown } from './markdown.ts';

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
    sendPage(response, 'Runbooks', indexBody(alerts()));
  });
  router.get('/runbooks/:alert', (request: Request<{ alert: string }>, response: Response, next: NextFunction) => {
    // Only names from our own list ever become a path.
    const found = alerts().find(({ alert }) => alert === request.params.alert);
    if (!found) return next();
    return sendPage(response, found.alert, runbookBody(found));
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

function indexBody(alerts: readonly Alert[]): string {
  const sections = order.map((severity) => {
    const items = alerts
      .filter((alert) => alert.severity === severity)
      .map(({ alert, summary }) => `<dt><a href="/runbooks/${alert}">${alert}</a></dt><dd>${escapeHtml(summary)}</dd>`);
    return `<h2>${severity}: ${consequence[severity]}</h2>\n<dl>\n${items.join('\n')}\n</dl>`;
  });
  return `<h1>Runbooks</h1>\n${sections.join('\n')}`;
}

function runbookBody({ alert, severity, summary }: Alert): string {
  const kind = `${severity}: ${consequence[severity] ?? severity}`;
  const head = `<nav><a href="/runbooks/">Runbooks</a> <span>${escapeHtml(kind)}</span></nav>`;
  return `${head}\n<p><strong>${escapeHtml(summary)}</strong></p>\n${renderMarkdown(readAsset(`rules/runbooks/${alert}.md`))}`;
}
