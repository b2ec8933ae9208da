import type { NodeConfig } from '../../src/checklist/node-config.ts';
import type { NodeView } from '../../src/checklist/types.ts';
import { configSchema } from '../../src/config/schema.ts';

/** A view of the zero config's node of which nothing is known yet. */
export function emptyNode(change: Partial<NodeView> = {}): NodeView {
  const waiting = { kind: 'waiting' } as const;
  return {
    nowMs: Date.parse('2026-01-02T03:04:05Z'),
    config: configSchema.parse({}) as unknown as NodeConfig,
    events: [],
    watchedSinceMs: Date.parse('2026-01-01T00:00:00Z'),
    supervisor: waiting,
    resources: waiting,
    endpoints: waiting,
    gpu: waiting,
    models: waiting,
    logs: waiting,
    host: waiting,
    artifacts: waiting,
    ...change,
  };
}
