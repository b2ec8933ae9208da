/** The table of rules, and what it says of one text. */
import { gpuRules } from './rules/gpu.ts';
import { loadingRules } from './rules/loading.ts';
import { modelRules } from './rules/models.ts';
import { networkRules } from './rules/network.ts';
import { processRules } from './rules/processes.ts';
import { logClasses } from './types.ts';
import type { Family, LogClass, Place, Rule } from './types.ts';

export const rules: readonly Rule[] = [...gpuRules, ...modelRules, ...loadingRules, ...networkRules, ...processRules];

/** What one line says. `rank` is the index in `logClasses`: the smaller, the nearer to the cause. */
export interface Verdict {
  readonly rank: number;
  readonly vague: boolean;
  readonly family: Family | undefined;
}

/** Longer texts say what they are at their beginning. */
const maxTextLength = 4096;

const tables: Readonly<Record<Place, readonly Rule[]>> = {
  plain: tableOf('plain'),
  warning: tableOf('warning'),
  error: tableOf('error'),
  exception: tableOf('exception'),
};

/** The first rule in order of precedence that the text meets, definite ones before vague ones. */
export function verdictOn(text: string, place: Place): Verdict | undefined {
  const beginning = text.length > maxTextLength ? text.slice(0, maxTextLength) : text;
  const rule = tables[place].find(({ pattern }) => pattern.test(beginning));
  return rule && { rank: rankOf(rule.class), vague: rule.vague === true, family: rule.family };
}

export function rankOf(name: LogClass): number {
  return logClasses.indexOf(name);
}

function tableOf(place: Place): readonly Rule[] {
  const byPrecedence = (a: Rule, b: Rule): number =>
    Number(a.vague ?? false) - Number(b.vague ?? false) || rankOf(a.class) - rankOf(b.class);
  return rules.filter((rule) => rule.in.includes(place)).toSorted(byPrecedence);
}
