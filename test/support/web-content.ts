import type { WebContent } from '../../src/web/app.ts';
import { emptyNode } from './empty-node.ts';

/** What the web side needs, of a node of which nothing is known yet. */
export function webContent(change: Partial<WebContent> = {}): WebContent {
  return {
    nodeName: 'gpu-node-1',
    telemetryPath: '/metrics',
    version: '1.2.3',
    users: new Map(),
    metrics: () => Promise.resolve('gpunode_exporter_state_saved 1\n'),
    node: () => emptyNode(),
    verdicts: () => [],
    collectors: () => [],
    waitingFor: () => [],
    ...change,
  };
}
