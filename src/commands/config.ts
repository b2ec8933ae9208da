import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { printConfig } from '../config/print.ts';
import { orExit } from './usage.ts';

/** `config check` and `config print`. */
export function configCommand(): Command {
  return new Command('config')
    .description('check a configuration file, or print the effective configuration')
    .addCommand(
      configFileOption(new Command('check').description('exit 0 if the configuration can be used, else 2')).action(
        (options: ConfigFileOption) => {
          orExit(() => loadConfig(options['config.file']));
          process.stdout.write(`${options['config.file'] ?? 'defaults'}: ok\n`);
        },
      ),
    )
    .addCommand(
      configFileOption(new Command('print').description('the effective configuration, secrets masked')).action(
        (options: ConfigFileOption) => {
          process.stdout.write(printConfig(orExit(() => loadConfig(options['config.file']))));
        },
      ),
    );
}

export interface ConfigFileOption {
  readonly 'config.file'?: string;
}

/** Adds the flag that every command with a configuration has. */
export function configFileOption(command: Command): Command {
  return command.option('--config.file <file>', 'configuration file (YAML); without it the defaults hold');
}
