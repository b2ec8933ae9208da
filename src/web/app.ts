import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import { reportOf } from '../checklist/report.ts';
import { reportJsonSchema } from '../checklist/schema.ts';
import { expositionContentType } from '../core/render.ts';
import { assets } from './assets.ts';
import { basicAuth } from './basic-auth.ts';
import { nodePage } from './node-page.ts';
import type { NodePageContent } from './node-page.ts';
import { runbooks } from './runbooks.ts';

export interface WebContent extends NodePageContent {
  /** bcrypt hashes by user name; empty = everybody may read. */
  readonly users: ReadonlyMap<string, string>;
  /** The whole exposition; does not throw. */
  metrics(): Promise<string>;
  /** Collectors that have no outcome yet. */
  waitingFor(): readonly string[];
}

/** The HTTP side: everything it answers is ready before the request comes. */
export function createWebApp(content: WebContent): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(strictHeaders, onlyReading, basicAuth(content.users));

  app.get(content.telemetryPath, async (_request, response) => {
    const text = await content.metrics();
    response.set('Content-Type', expositionContentType).send(text);
  });
  app.get('/-/healthy', (_request, response) => {
    plain(response, 200, 'gpunode-exporter is healthy');
  });
  app.get('/-/ready', (_request, response) => {
    const waiting = content.waitingFor();
    if (waiting.length === 0) plain(response, 200, 'gpunode-exporter is ready');
    else plain(response, 503, `waiting for the first round of: ${waiting.join(', ')}`);
  });
  app.get('/api/checklist/schema', (_request, response) => {
    response.json(reportJsonSchema());
  });
  app.get('/api/checklist', (_request, response) => {
    response.json(reportOf(content.verdicts(), content.node().nowMs));
  });
  app.use(nodePage(content), assets(), runbooks());
  app.use((_request, response) => {
    plain(response, 404, 'not found');
  });
  app.use(lastResort);
  return app;
}

function onlyReading(request: Request, response: Response, next: NextFunction): void {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  response.set('Allow', 'GET, HEAD');
  return plain(response, 405, 'only GET and HEAD');
}

function strictHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  next();
}

// Express asks for the fourth parameter to know an error handler; a malformed URL ends here, and its text stays here.
function lastResort(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) return next(error);
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  return plain(response, status >= 400 && status < 500 ? status : 500, 'the request cannot be answered');
}

function plain(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}
