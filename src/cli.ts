import { Command } from 'commander';
import { readVersion } from './assets.ts';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { gateCommand } from './commands/gate.ts';
import { serveCommand } from './commands/serve.ts';

/** Runs the command line; `argv` as in `process.argv`. */
export async function runCli(argv: readonly string[]): Promise<void> {
  const program = new Command('gpunode-exporter')
    .description('Prometheus exporter and validation checklist for a GPU inference node under supervisord')
    .version(readVersion())
    .addCommand(serveCommand(), { isDefault: true })
    .addCommand(checkCommand())
    .addCommand(gateCommand())
    .addCommand(configCommand());
  for (const command of withSubcommands(program)) {
    // commander's own exit status for a wrong flag is 1; 1 means something else here.
    command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2)).showHelpAfterError('(see --help)');
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`gpunode-exporter: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
