/** A models collector over a node that the test describes, with real files and real processes. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect } from 'vitest';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';
import { modelsModule } from '../../../src/collectors/models/index.ts';
import type { ModelFact, ModelsFacts } from '../../../src/collectors/models/index.ts';
import type { Collector, OkOutcome } from '../../../src/core/contract.ts';
import { parseStat } from '../../../src/sources/procfs/stat.ts';
import { smallModel } from '../../sources/gguf/build.ts';
import { fakeNode, fakeSources } from './sources.ts';
import type { FakeNode } from './sources.ts';

export const { whole, requiredBytes } = smallModel();

export interface Harness {
  node: FakeNode;
  host: TestHost;
  readonly create: (section: unknown, restored?: unknown) => Collector<ModelsFacts>;
  /** Starts a process that maps a model as llama-server does, and makes it llama's; the script goes to `script`. */
  readonly serveModel: (script: string, model: string) => Promise<number>;
}

/** A fresh node and host for each test. */
export function useHarness(): Harness {
  const children: ChildProcess[] = [];
  const harness: Harness = {
    node: fakeNode(),
    host: createTestHost(),
    create(section, restored) {
      const { node, host } = harness;
      const config = modelsModule.configSchema.parse(section);
      const collector = modelsModule.create(config, {
        host,
        sources: fakeSources(node),
        programs: ['llama'],
        restored,
      });
      if (collector === undefined) throw new Error('not configured');
      return collector;
    },
    async serveModel(script, model) {
      await writeFile(script, mapsItsModel);
      const child = spawn('/usr/bin/python3', [script, '-m', model], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      await once(child.stdout, 'data');
      const process = parseStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));
      if (process === undefined) throw new Error('no process');
      harness.node.processes = [{ program: 'llama', process }];
      return process.pid;
    },
  };
  beforeEach(() => {
    harness.node = fakeNode();
    harness.host = createTestHost();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
  return harness;
}

const mapsItsModel = `
import mmap, sys, time
with open(sys.argv[2], 'rb') as file: mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
print(1, flush=True)
time.sleep(600)`;

/** The value of the only series of a name with these labels; undefined if there is none. */
export function valueOf(
  outcome: OkOutcome<ModelsFacts>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = outcome.samples.filter(
    (sample) =>
      sample.metric.name === name && Object.entries(labels).every(([key, each]) => sample.labels[key] === each),
  );
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0]?.value as number | undefined;
}

export function only(outcome: OkOutcome<ModelsFacts>): ModelFact {
  const [fact] = outcome.facts.models;
  if (fact === undefined) throw new Error('no model');
  return fact;
}
