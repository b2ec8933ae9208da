import { UsageError } from './usage.ts';

// What the exporter answers itself, as far as a path of the metrics could hide it: whatever its case, and a slash at its end.
const taken = /^\/(-|api|assets|runbooks)(\/|$)/i;

/** Checks `--web.telemetry-path`; throws `UsageError`. */
export function parseTelemetryPath(text: string): string {
  if (!/^\/[\w./-]+$/.test(text)) {
    throw new UsageError(`--web.telemetry-path: found ${text}, expected a path such as /metrics`);
  }
  if (taken.test(text) || /\/\/|\/\.\.?(\/|$)/.test(text)) {
    throw new UsageError(`--web.telemetry-path: found ${text}, expected a path that no other page has`);
  }
  return text;
}
