/** What an expression of PromQL reads, by Prometheus' own grammar. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Seconds of its range, if it has one. */
  readonly rangeSeconds?: number;
  /** The function that it is an argument of, `rate` say, if it is one. */
  readonly in?: string;
  /** It is the left side of `x - min_over_time(x[…])`: how much a counter has grown. */
  readonly isDelta: boolean;
}

export interface PromqlReading {
  readonly selectors: readonly Selector[];
  /** Names in by, without, on, ignoring and group_left. */
  readonly grouping: readonly string[];
}

/** Throws where the expression does not parse. */
export function readPromql(expression: string): PromqlReading {
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter(ref) {
      if (ref.type.isError) throw new Error(`not PromQL at ${ref.from}: ${expression}`);
      if (ref.name === 'VectorSelector') selectors.push(toSelector(ref.node, text));
      if (ref.name === 'GroupingLabels') grouping.push(...ref.node.getChildren('LabelName').map((node) => text(node)));
    },
  });
  return { selectors, grouping };
}

type Text = (node: SyntaxNode) => string;

function toSelector(node: SyntaxNode, text: Text): Selector {
  const { parent } = node;
  const matrix = parent?.name === 'MatrixSelector' ? parent : undefined;
  const range = matrix?.getChild('DurationExpr');
  const name = node.getChild('Identifier');
  const within = functionAround(matrix ?? node, text);
  return {
    metric: name === null ? '' : text(name),
    matchers: (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => ({
      label: textOf(matcher.getChild('LabelName'), text),
      operator: textOf(matcher.getChild('MatchOp'), text),
      value: textOf(matcher.getChild('StringLiteral'), text).slice(1, -1),
    })),
    ...(range ? { rangeSeconds: seconds(text(range)) } : {}),
    ...(within === undefined ? {} : { in: within }),
    isDelta: isDelta(node, text),
  };
}

function textOf(node: SyntaxNode | null, text: Text): string {
  return node === null ? '' : text(node);
}

function functionAround(node: SyntaxNode, text: Text): string | undefined {
  const call = node.parent?.name === 'FunctionCallBody' ? node.parent.parent : null;
  const identifier = call?.getChild('FunctionIdentifier');
  return identifier ? text(identifier) : undefined;
}

function isDelta(node: SyntaxNode, text: Text): boolean {
  const { parent, nextSibling: operator } = node;
  const right = operator?.nextSibling;
  if (parent?.name !== 'BinaryExpr' || operator?.name !== 'Sub' || !right) return false;
  return text(right).replace(/\[\w+\]\)$/, '') === `min_over_time(${text(node)}`;
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Of a duration as Prometheus writes it. */
export function seconds(duration: string): number {
  return [...duration.matchAll(/(\d+)(ms|[smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? Number.NaN),
    0,
  );
}

/** The queries of an annotation's template, with labels of its alert filled in as "x". */
export function templateQueries(template: string): string[] {
  const literal = /"((?:[^"\\]|\\.)*)"/.source;
  const filled = (text: string): string => text.replaceAll('%q', '"x"').replaceAll('\\"', '"');
  const variables = new Map(
    [...template.matchAll(new RegExp(`\\$(\\w+) := (?:printf )?${literal}`, 'g'))].map(([, name, text = '']) => [
      `$${name}`,
      filled(text),
    ]),
  );
  const calls = [...template.matchAll(new RegExp(`query \\(printf ${literal}((?: \\$[\\w.]+)*)\\)`, 'g'))];
  if (calls.length !== template.split(/\bquery [("$]/).length - 1)
    throw new Error(`a query that cannot be read: ${template}`);
  return calls.map(([, text = '', names = '']) => {
    const values = names
      .trim()
      .split(' ')
      .filter((name) => variables.has(name))
      .map((name) => variables.get(name) ?? '');
    let next = 0;
    return filled(text).replace(/%(?:\[(\d)\])?s/g, (_, index: string | undefined) =>
      index === undefined ? (values[next++] ?? '') : (values[Number(index) - 1] ?? ''),
    );
  });
}
