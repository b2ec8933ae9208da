import { SourceError } from '../../core/contract.ts';
import type { Collector, OkOutcome } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { probe } from '../../sources/http-probe/probe.ts';
import type { Expectation } from '../../sources/http-probe/types.ts';
import type { Sources } from '../../sources/index.ts';
import type { EndpointTarget, EndpointsConfig } from './config.ts';
import { createCredentialReader } from './credentials.ts';
import type { CredentialReader } from './credentials.ts';
import { createEndpoint } from './endpoint.ts';
import type { Observation } from './endpoint.ts';
import type { EndpointsFacts } from './facts.ts';
import { createListenerWatch } from './listeners.ts';

/** Probes every target at once, each with the whole timeout for itself, and looks meanwhile who listens on its port. */
export function createEndpointsCollector(
  config: EndpointsConfig,
  host: Host,
  sources: Sources,
): Collector<EndpointsFacts> {
  const listeners = createListenerWatch(host, sources.owners, config.targets);
  const endpoints = config.targets.map((target) => ({
    target,
    endpoint: createEndpoint(host, target),
    credentials: createCredentialReader(host, target),
  }));

  async function collect(signal: AbortSignal): Promise<OkOutcome<EndpointsFacts>> {
    const [found, observations] = await Promise.all([
      listeners.look({ timeoutMs: config.timeout, signal }),
      Promise.all(endpoints.map(({ target, credentials }) => ask(target, credentials, signal))),
    ]);
    const events = endpoints.flatMap(({ target, endpoint }, index) => {
      const observation = observations[index];
      const sockets = found.get(target.name);
      return observation === undefined
        ? []
        : endpoint.observe({ ...observation, ...(sockets === undefined ? {} : { listeners: sockets }) });
    });
    return {
      ok: true,
      health: [],
      samples: endpoints.flatMap(({ endpoint }) => endpoint.samples()),
      facts: { endpoints: endpoints.map(({ endpoint }) => endpoint.fact()) },
      events,
    };
  }

  async function ask(target: EndpointTarget, reader: CredentialReader, signal: AbortSignal): Promise<Observation> {
    const startedMs = host.clock.monotonicMs();
    const elapsedMs = (): number => host.clock.monotonicMs() - startedMs;
    let credentials;
    try {
      credentials = await reader.read({ timeoutMs: config.timeout / 2, signal });
    } catch (error) {
      return { unprobed: errorMessage(error) };
    }
    const probedMs = elapsedMs();
    const request = { url: target.url, timeoutMs: config.timeout - probedMs, followRedirects: target.follow_redirects };
    const verdict = await probe(host, { ...request, ...credentials, signal }, expectationOf(target));
    // The exporter is stopping: an answer that was cut short says nothing of the endpoint.
    if (signal.aborted && verdict.state === 'timeout' && elapsedMs() < config.timeout * 0.9) {
      throw new SourceError('timeout', 'the round was cut short');
    }
    return { verdict, durationSeconds: (elapsedMs() - probedMs) / 1000 };
  }

  return { collect };
}

// A llama-server that is ready says {"status":"ok"}; another server's page on its port is not its health.
function expectationOf({ status, json, kind }: EndpointTarget): Expectation {
  return { status, kind, json: json ?? (kind === 'llama' ? { status: 'ok' } : undefined) };
}
