import type { Report } from '../../checklist/report.ts';

/** Where verdicts come from: this node, or an exporter that runs. */
export interface CheckSource {
  /** The newest verdicts, on all sections. Rejects with `NoReportError`. */
  report(): Promise<Report>;
  /** Where its runbooks can be read; undefined: nowhere. */
  readonly runbooks: string | undefined;
  /** Returns soon, whatever hangs. */
  stop(): Promise<void>;
}

/** There are no verdicts; the message is a line for people. */
export class NoReportError extends Error {
  override readonly name = 'NoReportError';
}
