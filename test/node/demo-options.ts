import { parseArgs } from 'node:util';
import { parseDuration } from '../../src/core/duration.ts';
import { loadScenario, scenarioNames } from './scenario.ts';
import type { Scenario } from './scenario.ts';

export interface DemoOptions {
  readonly scenario: Scenario;
  readonly durationMs: number;
}

/** Prints help (exit 0) or what is wrong with the arguments (exit 2), and ends the process then. */
export async function readDemoOptions(args: readonly string[]): Promise<DemoOptions> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string', default: 'healthy' },
        for: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(await help());
      return process.exit(0);
    }
    return {
      scenario: await loadScenario(values.scenario),
      durationMs: values.for === undefined ? Number.POSITIVE_INFINITY : parseDuration(values.for),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${await help()}`);
    return process.exit(2);
  }
}

async function help(): Promise<string> {
  const scenarios = await Promise.all((await scenarioNames()).map(loadScenario));
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = scenarios.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'npm run demo [-- --scenario NAME] [--for DURATION]',
    '',
    'Runs a simulated GPU node under a real supervisord, with the exporter, a real Prometheus and a real Alertmanager, and removes it all at the end.',
    '',
    'Scenarios:',
    ...lines,
    '',
  ].join('\n');
}
