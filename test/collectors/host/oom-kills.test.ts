import { expect, test } from 'vitest';
import { countOomKills } from '../../../src/collectors/host/oom-kills.ts';
import type { OomState } from '../../../src/collectors/host/oom-kills.ts';
import type { CgroupOomKills } from '../../../src/sources/cgroup/oom-kills.ts';

/** The totals after each look. */
function totals(...looks: readonly (readonly CgroupOomKills[])[]): (number | undefined)[] {
  let state: OomState = { seenAtMs: 0 };
  return looks.map((cgroups, index) => {
    state = countOomKills(state, { atMs: index + 1, cgroups, subjectOf: () => 'node' }).state;
    return state.cgroup?.total;
  });
}

function killed(kills: number, identity = '1', directory = '/a/b'): CgroupOomKills {
  return { directory, identity, kills };
}

test('kills that came while a cgroup gave no answer are counted with the next', () => {
  expect(totals([killed(5)], [], [killed(7)], [killed(7)])).toEqual([0, 0, 2, 2]);
});

test('a cgroup that went and was made again counts from zero', () => {
  expect(totals([killed(5)], [], [killed(2, '2')], [killed(2, '2')])).toEqual([0, 0, 2, 2]);
});

test('what its parent counts as well is not counted twice', () => {
  expect(totals([killed(5)], [killed(5, '9', '/a')], [killed(7, '9', '/a')], [killed(7)])).toEqual([0, 0, 2, 2]);
});
