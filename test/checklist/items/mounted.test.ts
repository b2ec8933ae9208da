import { describe, expect, it } from 'vitest';
import { mounted } from '../../../src/checklist/items/mounted.ts';
import { configOf, failed, healthyView, hostFacts, known } from '../healthy-view.ts';

describe('mounted', () => {
  const filesystem = { path: '/workspace', requireMount: true } as const;
  const config = configOf({ host: { filesystems: [{ path: '/workspace', require_mount: true }, { path: '/' }] } });

  it.each<[string, object, object]>([
    ['mounted', { mounted: true, fsType: 'nfs4' }, { status: 'pass', evidence: 'mounted (nfs4)' }],
    [
      'read-only',
      { mounted: true, fsType: 'ext4', readOnly: true },
      { status: 'pass', evidence: 'mounted (ext4), read-only' },
    ],
    ['not mounted', { mounted: false }, { status: 'fail', evidence: 'nothing is mounted there' }],
    [
      'silent',
      { problem: { reason: 'timeout', text: 'statfs /workspace: no answer' } },
      { status: 'unknown', evidence: 'statfs /workspace: no answer' },
    ],
  ])('%s', (_, fact, expected) => {
    const host = known(hostFacts({ filesystems: [{ ...filesystem, ...fact }] }));
    const command = 'findmnt --target /workspace';
    expect(mounted.judge('/workspace', healthyView({ host, config }))).toEqual({ ...expected, command });
  });

  it('goes over what has to be mounted, whether or not anything is known', () => {
    expect(mounted.subjects(healthyView({ config, host: failed() }))).toEqual(['/workspace']);
    expect(mounted.judge('/workspace', healthyView({ config, host: failed() })).status).toBe('unknown');
    expect(mounted.subjects(healthyView())).toEqual([]);
  });
});
