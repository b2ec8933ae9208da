/** `node test/node/hold.ts [SCENARIO]`: starts a node, prints its folder, and holds it until killed: to look around by hand. */
import { startNode } from './start.ts';

const node = await startNode({ scenario: process.argv[2] ?? 'healthy' });
process.stdout.write(`${node.paths.root}\n`);
setInterval(() => undefined, 60_000);
