/** The gate alone as a program, with the file agent that it starts. */
import { Command } from 'commander';
import { serveFileAgent } from '../../../src/agent/serve.ts';
import { gateCommand } from '../../../src/commands/gate.ts';

if (process.argv[2] === '__files') serveFileAgent();
else void new Command('gpunode-exporter').addCommand(gateCommand()).parseAsync();
