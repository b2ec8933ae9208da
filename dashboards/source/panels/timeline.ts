import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { NoUnit } from '@grafana/grafana-foundation-sdk/units';
import { describe, rangeQuery, runbookLinks } from '../panel.ts';
import type { About, PlacedPanel, Query } from '../panel.ts';

export interface TimelineSpec extends About {
  readonly queries: readonly Query[];
  /** Words and colours come from here alone. */
  readonly words: ValueMapping[];
}

/** States over time, a band each, in words. */
export function timeline(spec: TimelineSpec): PlacedPanel {
  const panel = describe(new PanelBuilder(), spec)
    .unit(NoUnit)
    .mappings(spec.words)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(75)
    .dataLinks(runbookLinks(spec.runbooks))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
  for (const [index, query] of spec.queries.entries()) panel.withTarget(rangeQuery(query, index));
  return { panel, width: spec.width, height: spec.height };
}
