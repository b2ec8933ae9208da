import { basename } from 'node:path';
import { rateOf } from './rate.ts';
import type { Rate } from './rate.ts';
import type { SubjectLook } from './subject.ts';
import { inUnit, seconds, unitOf } from './units.ts';
import type { GateLook } from './wait.ts';

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** One line that is written over; else plain lines. */
  readonly terminal: boolean;
  readonly quiet: boolean;
}

export interface Progress {
  show(look: GateLook): void;
  end(look: GateLook): void;
}

// Between two plain lines that say the same but for their numbers.
const plainEveryMs = 5_000;

/** Tells on stderr what the gate waits for, how fast it comes, and each anomaly as it appears. */
export function createProgress({ write, terminal, quiet }: ProgressOptions): Progress {
  const rates = new Map<string, Rate>();
  const told = new Set<string>();
  let lastKind = '';
  let lastMs = -Infinity;

  function tellAnomalies({ subjects }: GateLook): void {
    const now = subjects.flatMap(({ name, anomalies }) => anomalies.map((anomaly) => `${name}: ${anomaly}`));
    for (const anomaly of now.filter((each) => !told.has(each))) line(`anomaly: ${anomaly}`);
    // One that comes back is news again.
    told.clear();
    for (const anomaly of now) told.add(anomaly);
  }

  function line(text: string): void {
    write(`${terminal ? clearLine : ''}gate: ${text}\n`);
  }

  return {
    show(look) {
      for (const subject of look.subjects) rateOf(rates, subject.name).add(look.elapsedMs, subject.sizeBytes ?? 0);
      if (quiet) return;
      tellAnomalies(look);
      if (look.ready) return;
      const text = describeWaiting(look, rates);
      if (terminal) return write(`${clearLine}${noWrap}gate: ${text}${wrap}`);
      const kind = text.replaceAll(/[\d.]+/g, '');
      if (kind === lastKind && look.elapsedMs - lastMs < plainEveryMs) return;
      lastKind = kind;
      lastMs = look.elapsedMs;
      line(text);
    },
    end({ ready, elapsedMs, subjects }) {
      if (quiet) return;
      if (ready) line(`ready after ${seconds(elapsedMs)}: ${subjects.map(describeReady).join(', ')}`);
      else if (terminal) write('\n');
    },
  };
}

/** What is missing after all the time, in full. */
export function describeFailure({ subjects }: GateLook, timeout: string): string {
  const missing = subjects.filter(({ blockers }) => blockers.length > 0);
  const lines = missing.flatMap(({ name, blockers, anomalies }) => [
    ...blockers.map((blocker) => `  ${name}: ${blocker}`),
    ...anomalies.map((anomaly) => `  ${name}: anomaly: ${anomaly}`),
  ]);
  return [`gate: not ready after ${timeout}:`, ...lines, ''].join('\n');
}

const clearLine = '\r\u001B[K';
// A line that goes on in the next row could not be written over: a narrow terminal cuts it instead.
const noWrap = '\u001B[?7l';
const wrap = '\u001B[?7h';

function describeWaiting({ subjects }: GateLook, rates: Map<string, Rate>): string {
  return subjects
    .filter(({ blockers }) => blockers.length > 0)
    .map((subject) => `${basename(subject.name)}: ${describeOne(subject, rateOf(rates, subject.name))}`)
    .join(' | ');
}

function describeOne({ blockers, sizeBytes, requiredBytes }: SubjectLook, rate: Rate): string {
  if (sizeBytes === undefined || requiredBytes === undefined || sizeBytes >= requiredBytes) return blockers.join('; ');
  const percent = Math.floor((sizeBytes / requiredBytes) * 100);
  const unit = unitOf(requiredBytes);
  const amount = `${inUnit(sizeBytes, unit)} of ${inUnit(requiredBytes, unit)} ${unit.name} (${percent} %)`;
  const perSecond = rate.bytesPerSecond();
  if (perSecond === undefined) return `${amount}, not growing`;
  const left = seconds(((requiredBytes - sizeBytes) / perSecond) * 1000);
  const speed = unitOf(perSecond);
  return `${amount}, ${inUnit(perSecond, speed)} ${speed.name}/s, ${left} left`;
}

function describeReady({ name, sizeBytes }: SubjectLook): string {
  if (sizeBytes === undefined) return name;
  const unit = unitOf(sizeBytes);
  return `${name} (${inUnit(sizeBytes, unit)} ${unit.name})`;
}
