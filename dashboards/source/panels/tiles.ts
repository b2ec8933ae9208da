import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { NoUnit } from '@grafana/grafana-foundation-sdk/units';
import { describe, instantQuery, refId } from '../panel.ts';
import type { About, PlacedPanel, Query } from '../panel.ts';

export interface TilesSpec extends About {
  readonly queries: readonly (Query & { readonly words?: ValueMapping[] })[];
  /** Words and colours for every value; they fill the tile. Else each query has its own words for its number. */
  readonly states?: ValueMapping[];
  readonly unit?: string;
}

/** What is now, big: a tile a series. With one query there is one tile, which has no name. */
export function tiles(spec: TilesSpec): PlacedPanel {
  const { queries, states, unit = NoUnit } = spec;
  const panel = describe(new PanelBuilder(), spec)
    .unit(unit)
    .mappings(states ?? [])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .graphMode(BigValueGraphMode.None)
    .colorMode(states === undefined ? BigValueColorMode.Value : BigValueColorMode.Background)
    .textMode(queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value);
  for (const [index, query] of queries.entries()) {
    panel.withTarget(instantQuery(query, index));
    if (query.words) panel.overrideByQuery(refId(index), [{ id: 'mappings', value: query.words }]);
  }
  return { panel, width: spec.width, height: spec.height };
}
