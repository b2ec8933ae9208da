#!/usr/bin/env node
import './version-guard.ts';
import { Command } from 'commander';
import { serveFileAgent } from './agent/serve.ts';
import { readVersion } from './assets.ts';
import { configCommand } from './commands/config.ts';
import { serveCommand } from './commands/serve.ts';

main(process.argv);

function main(argv: readonly string[]): void {
  // The file agent is this program again; it must start before, and without, everything else.
  if (argv[2] === '__files') return serveFileAgent();
  const program = new Command('gpunode-exporter')
    .description('Prometheus exporter and validation checklist for a GPU inference node under supervisord')
    .version(readVersion())
    .addCommand(serveCommand(), { isDefault: true })
    .addCommand(configCommand());
  for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)]) {
    // commander's own exit status for a wrong flag is 1; 1 means something else here.
    command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2)).showHelpAfterError('(see --help)');
  }
  program.parseAsync([...argv]).catch((error: unknown) => {
    process.stderr.write(`gpunode-exporter: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
