import {
  AxisPlacement,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  LineStyleBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { describe, rangeQuery, refId, runbookLinks } from '../panel.ts';
import type { About, PlacedPanel, Query } from '../panel.ts';

export interface GraphSpec extends About {
  readonly unit: string;
  readonly queries: readonly (Query & {
    /** A limit to compare with: drawn as a dashed line. */
    readonly isLimit?: true;
    /** A measure of another kind, on the right. */
    readonly unitOnTheRight?: string;
  })[];
  /** `lines` unless it says so; `steps` for counts that stand still between events. */
  readonly draw?: 'lines' | 'steps' | 'stack';
  readonly isLogarithmic?: true;
}

/** Values over time. */
export function graph(spec: GraphSpec): PlacedPanel {
  const { queries, unit, draw = 'lines', isLogarithmic } = spec;
  const panel = describe(new PanelBuilder(), spec)
    .unit(unit)
    .min(0)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(draw === 'stack' ? 30 : 5)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .dataLinks(runbookLinks(spec.runbooks))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (draw === 'steps') panel.lineInterpolation(LineInterpolation.StepAfter);
  if (draw === 'stack') panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (isLogarithmic) panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
  for (const [index, query] of queries.entries()) {
    panel.withTarget(rangeQuery(query, index));
    const properties = overridesOf(query);
    if (properties.length > 0) panel.overrideByQuery(refId(index), properties);
  }
  return { panel, width: spec.width, height: spec.height };
}

function overridesOf({ isLimit, unitOnTheRight }: GraphSpec['queries'][number]): { id: string; value: unknown }[] {
  return [
    ...(isLimit
      ? [
          { id: 'custom.lineStyle', value: new LineStyleBuilder().fill('dash').dash([8, 8]).build() },
          { id: 'custom.fillOpacity', value: 0 },
          { id: 'custom.stacking', value: { mode: StackingMode.None, group: 'limit' } },
        ]
      : []),
    ...(unitOnTheRight === undefined
      ? []
      : [
          { id: 'unit', value: unitOnTheRight },
          { id: 'custom.axisPlacement', value: AxisPlacement.Right },
        ]),
  ];
}
