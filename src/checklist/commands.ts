import { shellWord } from '../core/words.ts';
import { factsFrom } from './known.ts';
import type { NodeView } from './types.ts';

// Whoever pastes a command at night must get the prompt back: what is asked may be frozen.

/** `supervisorctl` on this node's supervisord. */
export function supervisorctl({ config }: NodeView, ...args: readonly string[]): string {
  return ['timeout 5 supervisorctl -c', shellWord(config.supervisor.config_file), ...args.map(shellWord)].join(' ');
}

/** The nvidia-smi that the exporter runs. */
export function nvidiaSmi({ config }: NodeView, ...args: readonly string[]): string {
  return ['timeout 20', ...config.gpu.command.map(shellWord), ...args].join(' ');
}

/** The end of a program's error log: where that is known to be, else where it usually is. */
export function tailLog(node: NodeView, program: string): string {
  const logs = factsFrom(node, 'logs')?.programs.find((each) => each.program === program)?.logs ?? [];
  const path = logs[0]?.path;
  if (path !== undefined) return `tail -n 200 ${shellWord(path)}`;
  if (factsFrom(node, 'supervisor') !== undefined) return supervisorctl(node, 'tail', program, 'stderr');
  const [name = program] = program.split(':').slice(-1);
  return `tail -n 200 ${shellWord(`/var/log/${name}.err`)}`;
}
