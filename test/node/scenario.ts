/** What a scenario is. Each is one file in `scenarios/`, which exports it as `scenario`. */
import { readdir } from 'node:fs/promises';
import type { ExporterConfig } from './exporter-config.ts';
import type { NodePaths } from './layout.ts';
import type { SimulatedNode } from './start.ts';
import type { NodePorts, Programs } from './supervisord-conf.ts';

export interface Scenario {
  /** Name of its file. */
  readonly name: string;
  readonly summary: string;
  /** How long it takes until there is something to see. */
  readonly durationHint: string;
  /** Before supervisord starts: changes files, programs and configuration. */
  prepare?(node: NodeDraft): void | Promise<void>;
  /** What happens while the node runs; ends when `signal` aborts, at the latest. */
  run?(node: SimulatedNode, signal: AbortSignal): Promise<void>;
  /** What is right when everything has settled: neither inhibited nor resolved. */
  readonly expected: Expected;
}

/** A node that can still be changed. */
export interface NodeDraft {
  readonly paths: NodePaths;
  readonly ports: NodePorts;
  readonly programs: Programs;
  readonly config: ExporterConfig;
}

export interface Expected {
  /** Critical alerts. */
  readonly pages: readonly ExpectedAlert[];
  /** Warnings. */
  readonly tickets: readonly ExpectedAlert[];
  readonly failingChecks: readonly ExpectedCheck[];
}

export interface ExpectedAlert {
  readonly alert: string;
  readonly program?: string;
}

export interface ExpectedCheck {
  readonly check: string;
  /** Every subject of the check, if it does not say. */
  readonly subject?: string;
  /** Passes now and then: both are right. */
  readonly mayPass?: true;
}

/** Nothing to report. */
export const quiet: Expected = { pages: [], tickets: [], failingChecks: [] };

const folder = new URL('scenarios/', import.meta.url);

/** In alphabetical order. */
export async function scenarioNames(): Promise<string[]> {
  const files = await readdir(folder);
  return files.map((file) => file.replace(/\.ts$/, '')).toSorted();
}

/** Throws an Error that lists the names if there is none of this name. */
export async function loadScenario(name: string): Promise<Scenario> {
  const names = await scenarioNames();
  if (!names.includes(name)) throw new Error(`No scenario ${name}; there are: ${names.join(', ')}`);
  const module: { scenario: Scenario } = await import(new URL(`${name}.ts`, folder).href);
  return module.scenario;
}
