/** The endpoint scenarios on the simulated node: its programs under a real supervisord, read through the real sources. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Collector, CollectorContext, OkOutcome } from '../../../src/core/contract.ts';
import { createHttpClient } from '../../../src/core/http-client.ts';
import type { Host } from '../../../src/core/host.ts';
import { endpointsModule } from '../../../src/collectors/endpoints/index.ts';
import type { EndpointFact } from '../../../src/collectors/endpoints/index.ts';
import { resourcesModule } from '../../../src/collectors/resources/index.ts';
import type { ResourcesFacts } from '../../../src/collectors/resources/index.ts';
import { createOwnerService } from '../../../src/sources/procfs/owners.ts';
import { createSupervisordService } from '../../../src/sources/supervisord/service.ts';
import { startNode } from '../../node/start.ts';
import { createTestHost } from '../../support/host.ts';

interface Observed {
  readonly api: unknown[];
  readonly llama: unknown[];
  readonly resources: ResourcesFacts;
}

/** Starts a scenario; each call of the result looks at it once. */
async function watch(scenario: string): Promise<() => Promise<Observed>> {
  const node = await startNode({ scenario });
  onTestFinished(() => node.stop());
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
  const host: Host = { ...createTestHost({ http: createHttpClient() }), clock };
  const supervisord = createSupervisordService(host, {
    configFile: node.paths.supervisordConf,
    timeoutMs: 2_000,
    environment: {},
  });
  const sources = { supervisord, owners: createOwnerService(host, supervisord) };
  const programs = ['fastapi', 'worker-gpu', 'llama'];
  const context: CollectorContext<typeof sources> = { host, programs, sources, restored: undefined };
  const targets = [
    { name: 'api', url: `http://127.0.0.1:${node.ports.api}/health`, program: 'fastapi', json: { status: 'ok' } },
    { name: 'llama', url: `http://127.0.0.1:${node.ports.llama}/health`, program: 'llama', kind: 'llama' },
  ];
  const endpoints = endpointsModule.create(endpointsModule.configSchema.parse({ timeout: '1s', targets }), context);
  const resources = resourcesModule.create(resourcesModule.configSchema.parse({}), context);
  return async () => {
    const [health, used] = await Promise.all([collect(endpoints), collect(resources)]);
    const [api, llama] = health.endpoints.map(summary);
    return { api: api ?? [], llama: llama ?? [], resources: used };
  };
}

async function collect<Facts>(collector: Collector<Facts> | undefined): Promise<Facts> {
  const outcome = (await collector?.collect(AbortSignal.timeout(3_000))) as OkOutcome<Facts>;
  return outcome.facts;
}

/** State and listeners: program, other, unknown. */
function summary({ state, listeners }: EndpointFact): unknown[] {
  return [state, listeners?.program, listeners?.other, listeners?.unknown];
}

const healthy = ['ok', 1, 0, 0];
const patience = { timeout: 25_000, interval: 300 };

describe('the simulated node', () => {
  it.each([
    ['healthy', healthy, healthy],
    ['api-hangs', ['timeout', 1, 0, 0], healthy],
    ['api-500', ['http_error', 1, 0, 0], healthy],
    ['llama-loading-forever', healthy, ['loading', 1, 0, 0]],
    ['two-llamas-one-port', healthy, ['ok', 1, 1, 0]],
    ['port-taken-by-orphan', ['stranger', 0, 1, 0], healthy],
  ])('%s', async (scenario, api, llama) => {
    const look = await watch(scenario);
    await expect.poll(look, patience).toMatchObject({ api, llama });
    const { resources } = await look();
    const byProgram = new Map(resources.programs.map((each) => [each.program, each]));
    expect(byProgram.get('llama')).toMatchObject({ processes: expect.any(Number) as number });
    expect(byProgram.get('llama')?.memoryBytes).toBeGreaterThan(1_000_000);
  });
});
