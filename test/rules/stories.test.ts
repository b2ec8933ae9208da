import { describe, expect, it } from 'vitest';
import { readAlertRules } from '../support/alert-rules.ts';
import { tell } from './promtool.ts';
import { cadenceStories } from './stories/cadence.ts';
import { checklistStories } from './stories/checklist.ts';
import { endpointStories } from './stories/endpoint.ts';
import { gapStories } from './stories/gaps.ts';
import { gpuStories } from './stories/gpu.ts';
import { groupStories } from './stories/groups.ts';
import { hostStories, logStories } from './stories/logs-and-host.ts';
import { memoryStories } from './stories/memory.ts';
import { metaStories } from './stories/meta.ts';
import { modelStories } from './stories/model.ts';
import { processStories } from './stories/process.ts';
import { siteStories } from './stories/sites.ts';
import { sparseStories } from './stories/sparse.ts';
import { thresholdStories } from './stories/threshold.ts';
import type { Story } from './story.ts';

const stories: readonly Story[] = [
  ...metaStories,
  ...processStories,
  ...cadenceStories,
  ...sparseStories,
  ...gapStories,
  ...siteStories,
  ...groupStories,
  ...thresholdStories,
  ...endpointStories,
  ...modelStories,
  ...gpuStories,
  ...logStories,
  ...hostStories,
  ...checklistStories,
  ...memoryStories,
];
const alerts = readAlertRules().map(({ alert }) => alert);
const alwaysFiring = 'GpuNodeWatchdog';

function fires({ moments }: Story, name: string, from = 0): boolean {
  return moments.slice(from).some(({ firing = [] }) => firing.some(({ alert }) => alert === name));
}

// Mostly waiting for promtool, which uses one core.
describe.concurrent('alerts, as promtool sees them', () => {
  it.each(stories.map((story) => [story.title, story] as const))('%s', { timeout: 180_000 }, async (_, story) => {
    expect(await tell(story)).toBe('');
  });
});

describe('stories', () => {
  it('name alerts that exist', () => {
    const named = stories.flatMap(({ nearly = [], moments }) => [
      ...nearly,
      ...moments.flatMap(({ firing = [] }) => firing.map(({ alert }) => alert)),
    ]);
    expect(named.filter((name) => !alerts.includes(name))).toEqual([]);
  });

  it('tell of every alert how it fires, and what it says', () => {
    const told = stories.flatMap(({ moments }) =>
      moments.flatMap(({ firing = [] }) => firing.flatMap(({ alert, text }) => (text === undefined ? [] : [alert]))),
    );
    expect(alerts.filter((name) => !told.includes(name))).toEqual([]);
  });

  it('tell of every alert how it nearly fires', () => {
    const missed = stories.flatMap((story) => (story.nearly ?? []).filter((name) => !fires(story, name)));
    expect(alerts.filter((name) => !missed.includes(name) && name !== alwaysFiring)).toEqual([]);
  });

  it('tell of every alert how it resolves', () => {
    const resolves = (name: string): boolean =>
      stories.some((story) => fires(story, name) && !fires(story, name, story.moments.length - 1));
    expect(alerts.filter((name) => !resolves(name) && name !== alwaysFiring)).toEqual([]);
  });
});
