import fc from 'fast-check';
import { expect, it } from 'vitest';
import { effectiveMemory } from '../../../src/sources/cgroup/limits.ts';
import { findMemoryCgroup, parseMemberships } from '../../../src/sources/cgroup/membership.ts';
import { parseMountInfo } from '../../../src/sources/mounts/mountinfo.ts';

const machine = { totalBytes: 1_000, availableBytes: 600, swapTotalBytes: 100, swapUsedBytes: 10 };

it('the lowest limit and the least that is left need not be of one level', () => {
  const levels = [
    { limitBytes: 400, workingSetBytes: 100 },
    { limitBytes: 500, workingSetBytes: 480 },
  ];
  expect(effectiveMemory(machine, levels)).toMatchObject({ limitBytes: 400, availableBytes: 20, limitedBy: 'cgroup' });
});

it('a limit that is not lower than the machine says nothing; use that is not told leaves what is left untold', () => {
  expect(effectiveMemory(machine, [{ limitBytes: 1_000, workingSetBytes: 990 }])).toMatchObject({
    limitBytes: 1_000,
    availableBytes: 600,
    limitedBy: 'machine',
  });
  expect(effectiveMemory(machine, [{ limitBytes: 400 }])).not.toHaveProperty('availableBytes');
});

it('nothing is ever negative, nor more than the machine has', () => {
  const bytes = fc.option(fc.nat(2_000), { nil: undefined });
  const level = fc
    .record({ limitBytes: bytes, workingSetBytes: bytes, swapLimitBytes: bytes, swapUsedBytes: bytes })
    .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)));
  fc.assert(
    fc.property(fc.array(level, { maxLength: 5 }), (levels) => {
      const { limitBytes, availableBytes = 0, swapTotalBytes } = effectiveMemory(machine, levels);
      expect(limitBytes).toBeLessThanOrEqual(machine.totalBytes);
      expect(availableBytes).toBeGreaterThanOrEqual(0);
      expect(availableBytes).toBeLessThanOrEqual(machine.availableBytes);
      expect(swapTotalBytes).toBeLessThanOrEqual(machine.swapTotalBytes);
    }),
  );
});

it('any text of /proc/PID/cgroup leads into a mount or nowhere', () => {
  const mounts = parseMountInfo('30 24 0:26 /pod /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n');
  const line = fc.tuple(
    fc.constantFrom('0::', '4:memory:', '1:name=systemd:', 'x'),
    fc.constantFrom('/', '/pod', '/pod/a', '/..', '/../b', ''),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
      const found = findMemoryCgroup(parseMemberships(lines.map((each) => each.join('')).join('\n')), mounts);
      expect(found === undefined || ['', '/a'].includes(found.path)).toBe(true);
    }),
  );
});
