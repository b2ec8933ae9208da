/** What holds for every collector, whatever it watches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import type { AnyModule } from '../../src/collectors/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sectionOf } from '../../src/config/schema.ts';
import type { Collector, Outcome } from '../../src/core/contract.ts';
import { SourceError } from '../../src/core/contract.ts';
import type { Files, Host } from '../../src/core/host.ts';
import { invalidSample, seriesKey } from '../../src/core/validate.ts';
import { createSources } from '../../src/sources.ts';
import { createTestHost } from '../support/host.ts';
import type { TestHost } from '../support/host.ts';

const config = loadConfig(undefined);
/** As the real host does when nobody answers: it gives up at its deadline, or when it is told to. */
function hang<T>({ timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }): Promise<T> {
  const ends = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  return new Promise<T>((_, reject) => {
    const giveUp = (): void => reject(new SourceError('timeout', 'no answer'));
    if (ends.aborted) giveUp();
    ends.addEventListener('abort', giveUp);
  });
}
const filesThat = (call: () => Promise<never>): Files => ({ call, stuckMs: () => 0 });
const garbage = '\u0000%s{"a":[1,2\n'.repeat(50);

const hosts: Record<string, () => Partial<Pick<Host, 'exec' | 'http' | 'files'>>> = {
  'a bare machine': () => ({}),
  'files that may not be read': () => ({ files: filesThat(() => Promise.reject(new SourceError('denied', 'no'))) }),
  'files that are not there': () => ({ files: filesThat(() => Promise.reject(new SourceError('unavailable', 'no'))) }),
  'files that never answer': () => ({ files: filesThat(() => Promise.reject(new SourceError('timeout', 'late'))) }),
  'programs that talk nonsense': () => ({
    exec: () =>
      Promise.resolve({
        exitCode: 0,
        stdout: garbage,
        stderr: garbage,
        timedOut: false,
        outputTruncated: false,
        exited: Promise.resolve(),
      }),
    http: { request: () => Promise.resolve({ status: 200, headers: {}, body: garbage, bodyTruncated: false }) },
  }),
};

function create(module: AnyModule, host: TestHost, restored: unknown = undefined): Collector | undefined {
  const context = { host, sources: createSources(config, host), programs: config.programs, restored };
  return module.create(sectionOf(config, module) as never, context);
}

/** An outcome that is fit to be published; a thrown SourceError is one too. */
async function expectFit(module: AnyModule, collector: Collector): Promise<Outcome | undefined> {
  let outcome: Outcome;
  try {
    outcome = await collector.collect(AbortSignal.timeout(5_000));
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
  const declared = new Set(Object.values(module.metrics));
  const samples = [...outcome.health, ...(outcome.ok ? outcome.samples : [])];
  expect(samples.filter(({ metric }) => !declared.has(metric))).toEqual([]);
  expect(samples.map(invalidSample).filter((problem) => problem !== undefined)).toEqual([]);
  expect(new Set(samples.map(seriesKey)).size).toBe(samples.length);
  expect(JSON.parse(JSON.stringify(outcome.saved ?? null))).toEqual(outcome.saved ?? null);
  return outcome;
}

describe.each(collectors.map((module) => [module.name, module] as const))('collector %s', (_name, module) => {
  it('has a complete zero config and refuses unknown keys', () => {
    const section = sectionOf(config, module);
    expect(section.interval).toBeGreaterThanOrEqual(250);
    expect(section.timeout).toBeGreaterThan(0);
    expect(module.configSchema.safeParse({ no_such_key: 1 }).success).toBe(false);
    expect(module.configSchema.safeParse({ interval: 'soon' }).success).toBe(false);
  });

  it.each(Object.entries(hosts))('copes with %s', async (_what, overrides) => {
    const collector = create(module, createTestHost(overrides()));
    if (collector === undefined) return;
    await expectFit(module, collector);
    const second = await expectFit(module, collector);
    await collector.close?.();
    // What was saved is what the next start is given.
    const again = create(module, createTestHost(overrides()), second?.saved?.data);
    if (again) await expectFit(module, again);
    await again?.close?.();
  });

  it('ends when its signal fires, though nothing answers', async () => {
    const hanging: Partial<Host> = {
      exec: async (_command, options) => {
        await hang(options).catch(() => undefined);
        return { stdout: '', stderr: '', timedOut: true, outputTruncated: false, exited: new Promise(() => undefined) };
      },
      http: { request: (options) => hang(options) },
      files: { call: (_operation, _path, _args, options) => hang(options), stuckMs: () => 0 },
    };
    const collector = create(module, createTestHost(hanging));
    const round = collector?.collect(AbortSignal.timeout(50)).catch((error: unknown) => error);
    const late = new Promise((resolve) => {
      setTimeout(() => resolve('late'), sectionOf(config, module).timeout + 1_000).unref();
    });
    expect(await Promise.race([round, late])).not.toBe('late');
  });

  it('is not upset by state that makes no sense', async () => {
    const upset = fc.sample(fc.jsonValue(), 30).filter((restored) => {
      try {
        create(module, createTestHost(), restored);
        return false;
      } catch {
        return true;
      }
    });
    expect(upset).toEqual([]);
    const collector = create(module, createTestHost(), { programs: 7, position: 'x', version: -1 });
    if (collector) await expectFit(module, collector);
  });
});
