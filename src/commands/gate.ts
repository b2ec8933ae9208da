import { Command } from 'commander';
import { runGate } from './gate/run.ts';
import { durationFlag, fail } from './usage.ts';

interface GateFlags {
  readonly model?: readonly string[];
  readonly require?: readonly string[];
  readonly stableFor: string;
  readonly timeout: string;
  readonly gguf: boolean;
  readonly quiet?: boolean;
}

/** `gate`: waits until models are there to the last byte and at rest, then exits or becomes the given command. */
export function gateCommand(): Command {
  return new Command('gate')
    .description(
      'wait until model files are visible, complete and stable; then exit 0, or run a command in this process',
    )
    .usage('--model FILE… [options] [-- COMMAND ARGUMENT…]')
    .argument('[command...]', 'what to become once everything is ready')
    .option('--model <file...>', 'a GGUF file, any shard of one, a safetensors file, or a directory for faster-whisper')
    .option('--require <glob>', 'files that must be there and stable as well, repeatable', collect)
    .option('--stable-for <duration>', 'how long nothing may change', '3s')
    .option('--timeout <duration>', 'give up after this long', '600s')
    .option('--no-gguf', 'do not look inside the files: visible and stable is enough')
    .option('--quiet', 'say nothing but why it failed')
    .action((command: string[], flags: GateFlags) => gate(command, flags));
}

async function gate(command: readonly string[], flags: GateFlags): Promise<void> {
  const { model: models = [], require: patterns = [] } = flags;
  if (models.length + patterns.length === 0) fail('gate needs --model FILE or --require GLOB', 2);
  // A variable of the start script that is not set; what it means is certainly not the current directory.
  if ([...models, ...patterns].includes('')) fail('--model or --require: found an empty name, expected a path', 2);
  // `--model --help`, or a variable that is not set and not quoted either.
  const flag = [...models, ...patterns].find((value) => value.startsWith('-'));
  if (flag !== undefined) fail(`--model or --require: found ${flag}, expected a path (./${flag} if it is one)`, 2);
  await runGate({
    models,
    patterns,
    stableForMs: durationFlag('--stable-for', flags.stableFor),
    timeoutMs: durationFlag('--timeout', flags.timeout),
    content: flags.gguf,
    quiet: flags.quiet ?? false,
    command,
  });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
