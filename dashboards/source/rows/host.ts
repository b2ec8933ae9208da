/** What is left of the machine for the programs, and which of them takes it. */
import { BytesIEC, PercentUnit, Short } from '@grafana/grafana-foundation-sdk/units';
import type { PlacedPanel } from '../panel.ts';
import { graph } from '../panels/graph.ts';
import { counted, grown, ofNode, ofProgram } from '../promql.ts';

export const hostEvidence: readonly PlacedPanel[] = [
  graph({
    title: 'Memory of the host, within its cgroup',
    green: 'much is available, and nothing is swapped. The dashed line is what there is.',
    otherwise:
      'available near 0: the kernel will kill somebody. Turn the gentlest knob first: concurrency, then context and batch, layers last.',
    runbooks: ['GpuNodeMemoryLow', 'GpuNodeOomKill'],
    collectors: ['host'],
    unit: BytesIEC,
    queries: [
      { expr: `gpunode_memory_available_bytes{${ofNode}}`, legend: 'available · {{instance}}' },
      { expr: `gpunode_swap_used_bytes{${ofNode}}`, legend: 'swap in use · {{instance}}' },
      { expr: `gpunode_memory_limit_bytes{${ofNode}}`, legend: 'limit · {{instance}}', isLimit: true },
    ],
    width: 8,
    height: 9,
  }),
  graph({
    title: 'Memory of the programs',
    green: 'flat under the same load. The processes of wrapper scripts are included.',
    otherwise: 'rising from start to start: a leak. A cut to nothing is a restart: see "Program states".',
    runbooks: ['GpuNodeMemoryLow', 'GpuNodeOomKill', 'GpuNodeProgramSlowFlap'],
    collectors: ['resources'],
    emptyWhen: 'No program has a process',
    unit: BytesIEC,
    draw: 'stack',
    queries: [{ expr: `gpunode_program_memory_bytes{${ofProgram}}`, legend: '{{program}} · {{instance}}' }],
    width: 8,
    height: 9,
  }),
  graph({
    title: 'CPU, processes and open files of the programs',
    green: 'CPU that follows the load; processes and files that do not climb.',
    otherwise:
      'the worker at many CPUs and the GPU idle: Whisper is on the CPU. Files that climb end in "too many open files".',
    runbooks: ['GpuNodeEndpointSlow', 'GpuNodeWhisperOnCpu', 'GpuNodeErrorBurst'],
    collectors: ['resources'],
    emptyWhen: 'No program has a process',
    unit: Short,
    queries: [
      {
        expr: `rate(gpunode_program_cpu_seconds_total{${ofProgram}}[$__rate_interval])`,
        legend: '{{program}} CPUs · {{instance}}',
      },
      { expr: `gpunode_program_processes{${ofProgram}}`, legend: '{{program}} processes · {{instance}}' },
      {
        expr: `gpunode_program_open_fds{${ofProgram}}`,
        legend: '{{program}} open files · {{instance}}',
        unitOnTheRight: Short,
      },
    ],
    width: 8,
    height: 9,
  }),
  graph({
    title: 'Processes killed for want of memory, within an hour',
    green: 'flat at 0. Those of "host" may be other tenants’.',
    otherwise: 'a step of "cgroup" is one of this node’s programs: dmesg names it.',
    runbooks: ['GpuNodeOomKill', 'GpuNodeMemoryLow'],
    collectors: ['host'],
    emptyWhen: 'The kernel does not count OOM kills here',
    unit: Short,
    draw: 'steps',
    queries: [
      {
        expr: counted(`sum by (job, instance, scope) (${grown(`gpunode_oom_kills_total{${ofNode}}`, '1h')})`, 'host'),
        legend: '{{scope}} · {{instance}}',
      },
    ],
    width: 12,
    height: 8,
  }),
  graph({
    title: 'File systems: the free part',
    green: 'above 10 %, and not falling.',
    otherwise: 'falling for hours: logs or models fill it. No line for a path that you expect: its mount is missing.',
    runbooks: ['GpuNodeModelDiskFilling', 'GpuNodeMountMissing'],
    collectors: ['host'],
    emptyWhen: 'No file system is configured',
    unit: PercentUnit,
    queries: [
      {
        expr: `gpunode_filesystem_available_bytes{${ofNode}} / (gpunode_filesystem_size_bytes{${ofNode}} > 0)`,
        legend: '{{mountpoint}} · {{instance}}',
      },
    ],
    width: 12,
    height: 8,
  }),
];
