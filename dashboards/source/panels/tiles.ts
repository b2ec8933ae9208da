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
import { describe, instantQuery } from '../panel.ts';
import type { About, PlacedPanel, Query } from '../panel.ts';

export interface TilesSpec extends About {
  readonly queries: readonly Query[];
  /** Words and colours; they fill the tile. */
  readonly states?: ValueMapping[];
  /** For numbers: words for what is not a number. */
  readonly words?: ValueMapping[];
  readonly unit?: string;
}

/** What is now, big: a tile a series. With one query there is one tile, which has no name. */
export function tiles(spec: TilesSpec): PlacedPanel {
  const { queries, states, words = [], unit = NoUnit } = spec;
  const panel = describe(new PanelBuilder(), spec)
    .unit(unit)
    .mappings(states ?? words)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .graphMode(BigValueGraphMode.None)
    .colorMode(states === undefined ? BigValueColorMode.Value : BigValueColorMode.Background)
    .textMode(queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value);
  for (const [index, query] of queries.entries()) panel.withTarget(instantQuery(query, index));
  return { panel, width: spec.width, height: spec.height };
}
