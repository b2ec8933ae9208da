import { errorMessage } from '../core/errors.ts';
import type { ChecklistItem, Judgement, NodeView, Verdict } from './types.ts';

/** Subjects of an item that were seen before, for when its source is silent. */
export type SeenBefore = (item: ChecklistItem) => readonly string[];

/** Every verdict on this view of the node, in the order of the items. Never throws. */
export function evaluate(items: readonly ChecklistItem[], node: NodeView, seenBefore: SeenBefore): Verdict[] {
  return items.flatMap((item) => {
    if (item.needs.some((name) => node[name].kind === 'off')) return [];
    return subjectsOf(item, node, seenBefore).map((subject) => verdictOn(item, subject, node));
  });
}

function subjectsOf(item: ChecklistItem, node: NodeView, seenBefore: SeenBefore): readonly string[] {
  const subjects = attempt(() => item.subjects(node));
  if (subjects !== undefined) return [...new Set(subjects)];
  const seen = seenBefore(item);
  // A group's name stands for its members, once they are known.
  const configured = (item.configured?.(node.config) ?? []).filter(
    (name) => !seen.some((each) => each.startsWith(`${name}:`)),
  );
  return [...new Set([...configured, ...seen])];
}

function verdictOn(item: ChecklistItem, subject: string, node: NodeView): Verdict {
  const { section, check, needs } = item;
  const isWaiting = needs.some((name) => node[name].kind === 'waiting');
  const { runbook = item.runbook, ...judgement } = judge(item, subject, node);
  const verdict = { section, check, subject, ...judgement, runbook, needs };
  return isWaiting ? { ...verdict, ...notYet, runbook: item.runbook } : verdict;
}

// What is known of the other sources, or from the history, is not the whole of it.
const notYet = { status: 'unknown', evidence: 'not looked at yet', settling: true, waiting: true } as const;

// A mistake of ours in one item must not take the others away, and is no pass.
function judge(item: ChecklistItem, subject: string, node: NodeView): Judgement {
  try {
    return item.judge(subject, node);
  } catch (error) {
    return { status: 'unknown', evidence: `the check itself failed: ${errorMessage(error)}`, command: '' };
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
