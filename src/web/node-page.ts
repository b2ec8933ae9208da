import { Router } from 'express';
import type { DatedVerdict, NodeView } from '../checklist/types.ts';
import type { CollectorState } from '../core/collector-runner.ts';
import { pageOf } from './page/page.ts';
import { sendPage } from './send-page.ts';

/** What the page at `/` is made of; none of it throws. */
export interface NodePageContent {
  /** How the machine calls itself. */
  readonly nodeName: string;
  readonly version: string;
  readonly telemetryPath: string;
  /** What is known of the node now. */
  node(): NodeView;
  /** The newest verdicts of the checklist. */
  verdicts(): readonly DatedVerdict[];
  /** How each collector that runs is. */
  collectors(): readonly CollectorState[];
}

/** `/`: whether the node is well and, if not, why. */
export function nodePage(content: NodePageContent): Router {
  const router = Router();
  router.get('/', (request, response) => {
    const { nodeName, version, telemetryPath } = content;
    // Verdicts first: they are never newer than what is shown beside them.
    const [verdicts, collectors, node] = [content.verdicts(), content.collectors(), content.node()];
    const address = request.headers.host ?? '';
    const data = pageOf({ node, verdicts, collectors, nodeName, address, version, telemetryPath });
    const { word, status, shape } = data.headline.mark;
    sendPage(response, { title: `${shape} ${word} · ${nodeName}`, template: 'node', data, live: { icon: status } });
  });
  return router;
}
