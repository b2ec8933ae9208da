import { Command, InvalidArgumentError, Option } from 'commander';
import { sections } from '../checklist/types.ts';
import { loadConfig } from '../config/load.ts';
import { maxTimerMs } from '../core/duration.ts';
import { durationFlag, orExit } from './usage.ts';
import { readExporterUrl } from './check/exporter-url.ts';
import { formats } from './check/formats.ts';
import type { Format } from './check/formats.ts';
import { runCheck } from './check/run.ts';
import { configFileOption } from './config.ts';
import type { ConfigFileOption } from './config.ts';

interface CheckFlags extends ConfigFileOption {
  readonly from?: string;
  readonly format: Format;
  readonly watch?: boolean;
  readonly section?: readonly string[];
  readonly timeout: string;
}

/** `check`: goes through the validation checklist once, or again and again. */
export function checkCommand(): Command {
  return configFileOption(new Command('check'))
    .description('go through the validation checklist: exit 0 if all passes, 1 if a check fails, 3 if one is unknown')
    .addOption(
      new Option('--from <url>', 'ask a running exporter, http://[user:password@]host:10042').conflicts('config.file'),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices([...formats]).default('table'))
    .option('--watch', 'go on until interrupted')
    .addOption(
      new Option('--section <section>', `only this section, repeatable: ${sections.join(', ')}`).argParser(addSection),
    )
    .option('--timeout <duration>', 'what is not known by then is unknown', '30s')
    .action(check);
}

async function check({ from, section = [], watch = false, format, timeout, ...flags }: CheckFlags): Promise<void> {
  const timeoutMs = Math.min(durationFlag('--timeout', timeout), maxTimerMs);
  const of = orExit(() =>
    from === undefined
      ? { config: loadConfig(flags['config.file']) }
      : { exporter: readExporterUrl(from, process.env) },
  );
  if (from !== undefined) hideArguments();
  await runCheck({ of, sections: section, watch, format, timeoutMs });
}

/** A password in a URL is seen by everybody who may list processes; from now on no more. */
function hideArguments(): void {
  process.title = 'gpunode-exporter check';
}

function addSection(value: string, earlier: readonly string[] = []): readonly string[] {
  if ((sections as readonly string[]).includes(value)) return [...earlier, value];
  throw new InvalidArgumentError(`expected one of: ${sections.join(', ')}.`);
}
