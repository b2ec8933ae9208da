import { setTimeout as delay } from 'node:timers/promises';
import { onlySections } from '../../checklist/report.ts';
import type { Report } from '../../checklist/report.ts';
import type { Status } from '../../checklist/types.ts';
import type { Config } from '../../config/schema.ts';
import { errorCode, errorMessage } from '../../core/errors.ts';
import { createHttpClient } from '../../core/http-client.ts';
import { leave } from '../leave.ts';
import { writeStderr } from '../terminal.ts';
import { askExporter } from './exporter.ts';
import type { ExporterAddress } from './exporter-url.ts';
import { render } from './formats.ts';
import type { Format } from './formats.ts';
import { lookAtNode } from './node.ts';
import { createPaint } from './paint.ts';
import { createProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import { columnsOf, createScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { NoReportError } from './source.ts';
import type { CheckSource } from './source.ts';

export interface CheckOptions {
  /** Whom to ask: an exporter that runs, or this node itself. */
  readonly of: { readonly exporter: ExporterAddress } | { readonly config: Config };
  readonly sections: readonly string[];
  readonly watch: boolean;
  readonly format: Format;
  readonly timeoutMs: number;
}

const exitStatus: Readonly<Record<Status, number>> = { pass: 0, fail: 1, unknown: 3 };
const watchEveryMs = 3_000;

/** Prints the verdicts, once or again and again, and ends this process with the status of the last ones. */
export async function runCheck(options: CheckOptions): Promise<never> {
  const progress = createProgress({ write: writeStderr, columns: columnsOf(process.stderr) });
  const screen = createScreen(process.stdout, options.watch && options.format === 'table' && process.stdout.isTTY);
  let status = exitStatus.unknown;
  let source: CheckSource | undefined;

  async function end(withStatus: number): Promise<never> {
    progress.clear();
    await source?.stop();
    return leave(withStatus);
  }

  process.once('SIGINT', () => void end(options.watch ? status : 130));
  process.once('SIGTERM', () => void end(options.watch ? status : 143));
  // Each write is told of its own error.
  process.stdout.on('error', () => undefined);
  source = await sourceOf(options, progress);
  for (;;) {
    const report = await reportOf(source, options.sections);
    status = exitStatus[report instanceof NoReportError ? 'unknown' : report.verdict];
    progress.clear();
    try {
      await show(report, source.runbooks, options, progress, screen);
    } catch (error) {
      // Whoever read along has seen enough: `check | head`.
      if (errorCode(error) === 'EPIPE') return end(status);
      progress.tell(`the report cannot be written: ${errorMessage(error)}`);
      return end(exitStatus.unknown);
    }
    if (!options.watch) return end(status);
    await delay(watchEveryMs);
  }
}

async function sourceOf({ of, sections, timeoutMs }: CheckOptions, progress: Progress): Promise<CheckSource> {
  if ('exporter' in of) return askExporter(of.exporter, createHttpClient(), timeoutMs);
  const { waiting: onWaiting, tell } = progress;
  return lookAtNode({ config: of.config, sections, timeoutMs, onWaiting, tell });
}

async function reportOf(source: CheckSource, sections: readonly string[]): Promise<Report | NoReportError> {
  try {
    return onlySections(await source.report(), sections);
  } catch (error) {
    if (error instanceof NoReportError) return error;
    throw error;
  }
}

async function show(
  report: Report | NoReportError,
  runbooks: string | undefined,
  { format, watch }: CheckOptions,
  progress: Progress,
  screen: Screen,
): Promise<void> {
  if (!(report instanceof NoReportError)) {
    const paint = createPaint(process.stdout);
    const columns = columnsOf(process.stdout);
    return screen.show(render(report, format, { paint, columns, runbooks, watch }));
  }
  if (screen.inPlace) return screen.show(`${report.message}\n`);
  return progress.tell(report.message);
}
