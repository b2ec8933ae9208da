import { whyMissing } from '../../checklist/known.ts';
import type { FactsOf, FactSource, Known, NodeView } from '../../checklist/types.ts';

/** What one collector knows, as rows, or why it knows nothing. */
export interface Panel<Row> {
  readonly rows: readonly Row[];
  /** Empty where it knows something. */
  readonly missing: string;
}

/** Rows from the facts of a collector, if it has any. */
export function panelOf<Name extends FactSource, Row>(
  node: NodeView,
  name: Name,
  rowsOf: (facts: FactsOf[Name]) => readonly Row[],
): Panel<Row> {
  const known = node[name] as Known<FactsOf[Name]>;
  if (known.kind !== 'known') return { rows: [], missing: whyMissing(known) };
  return { rows: rowsOf(known.facts), missing: '' };
}
