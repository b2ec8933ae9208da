import { shellWord } from '../core/words.ts';
import { factsFrom } from './known.ts';
import type { NodeView } from './types.ts';

/** `supervisorctl` on this node's supervisord. */
export function supervisorctl({ config }: NodeView, ...args: readonly string[]): string {
  return ['supervisorctl', '-c', shellWord(config.supervisor.config_file), ...args.map(shellWord)].join(' ');
}

/** The end of a program's error log, wherever that really is. */
export function tailLog(node: NodeView, program: string): string {
  const logs = factsFrom(node, 'logs')?.programs.find((each) => each.program === program)?.logs ?? [];
  const path = logs[0]?.path;
  return path === undefined ? supervisorctl(node, 'tail', program, 'stderr') : `tail -n 200 ${shellWord(path)}`;
}
