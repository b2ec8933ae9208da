import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMemoryCgroup, parseMemberships } from '../../../src/sources/cgroup/membership.ts';
import { directoryOf } from '../../../src/sources/cgroup/oom-kills.ts';
import { parseMountInfo } from '../../../src/sources/mounts/mountinfo.ts';
import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

const limitBytes = 512 * 1024 ** 2;
const files = {
  1: { limit: 'memory.limit_in_bytes', use: 'memory.usage_in_bytes' },
  2: { limit: 'memory.max', use: 'memory.current' },
};

export const scenario: Scenario = {
  name: 'memory-low',
  summary:
    'after 5 s supervisord’s memory cgroup has a limit of 512 MiB, nearly all of it in use (root, writable cgroups)',
  durationHint: '15s',
  async run(node, signal) {
    await pause(5_000, signal);
    if (signal.aborted) return;
    const pid = readFileSync(node.paths.pidFile, 'utf8').trim();
    const home = findMemoryCgroup(
      parseMemberships(readFileSync(`/proc/${pid}/cgroup`, 'utf8')),
      parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8')),
    );
    if (home === undefined) throw new Error('memory-low needs a memory cgroup; none is mounted here');
    const { limit, use } = files[home.version];
    // Version 2 allows processes only in leaves, but for the root.
    const parent = home.version === 2 ? home.mountPoint : directoryOf(home);
    const folder = join(parent, `gpunode-${pid}`);
    const program = fileURLToPath(new URL('../programs/memory-hog.py', import.meta.url));
    // Not started for the scratch folder, but ends with its input: it has to take the cgroup away.
    const hog = spawn(program, [folder, limit, String(limitBytes), use, pid, directoryOf(home)], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {},
    });
    const ended = once(hog, 'exit');
    try {
      await Promise.race([
        once(hog.stdout, 'data'),
        ended.then(() => Promise.reject(new Error('memory-hog.py ended'))),
      ]);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      hog.stdin.end();
      await ended;
    }
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeMemoryLow' }],
    failingChecks: [{ check: 'memory_headroom', subject: 'host' }],
  },
};
