import { always } from './timeline.ts';
import type { Series } from './timeline.ts';

export const programs = ['fastapi', 'worker-gpu', 'llama'] as const;
export const card = 'GPU-5d1f7a9e';
const day = 86_400;
const gib = 2 ** 30;

/** Every series that the rules read, with the values of a node that has been well for days. */
export function healthyNode(): Series {
  const values: Record<string, number> = {
    up: 1,
    ...Object.fromEntries(collectorNames.map((name) => [`gpunode_collector_success{collector="${name}"}`, 1])),
    gpunode_supervisor_up: 1,
    ...Object.assign({}, ...programs.map((program) => healthyProgram(program))),
    ...healthyEndpoint('compute-api', 'fastapi'),
    ...healthyEndpoint('llama', 'llama'),
    'gpunode_endpoint_loading_budget_seconds{target="llama",program="llama"}': 600,
    'gpunode_program_timeout_seconds{program="llama",timeout="LLAMA_WAIT_SECONDS"}': 420,
    ...healthyModel('llama', 'llama'),
    ...healthyCard,
    ...healthyHost,
    ...Object.assign({}, ...checks.map(([section, check, subject]) => verdict(section, check, subject, 'pass'))),
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, always(value)]));
}

const collectorNames = ['supervisor', 'resources', 'endpoints', 'gpu', 'models', 'logs', 'host', 'artifacts'];

function healthyProgram(program: string): Record<string, number> {
  const of = `program="${program}"`;
  return {
    [`gpunode_program_expected{${of}}`]: 1,
    [`gpunode_program_state_code{${of}}`]: 20,
    ...oneOf(`gpunode_program_state`, of, 'state', programStates, 'RUNNING'),
    ...oneOf('gpunode_supervisor_events_source', of, 'source', ['main_log', 'poll'], 'main_log'),
    [`gpunode_program_start_time_seconds{${of}}`]: -3 * day,
    [`gpunode_program_starts_total{${of},trigger="initial"}`]: 1,
    [`gpunode_program_starts_total{${of},trigger="requested"}`]: 4,
    // It has a past: what happened days ago must not matter.
    [`gpunode_program_starts_total{${of},trigger="respawn"}`]: 7,
    [`gpunode_program_starts_total{${of},trigger="unknown"}`]: 0,
    [`gpunode_program_exits_total{${of},cause="unexpected"}`]: 7,
    [`gpunode_program_last_exit_timestamp_seconds{${of}}`]: -3 * day,
    [`gpunode_program_last_exit_code{${of}}`]: 1,
    [`gpunode_program_short_runs_total{${of}}`]: 7,
    [`gpunode_program_short_run_seconds_total{${of}}`]: 7 * 420,
    [`gpunode_program_short_run_seconds_squared_total{${of}}`]: 7 * 420 ** 2,
    [`gpunode_program_timeout_seconds{${of},timeout="startsecs"}`]: 1,
    [`gpunode_log_readable{${of}}`]: 1,
    [`gpunode_log_events_total{${of},class="gpu_oom"}`]: 2,
    [`gpunode_log_events_total{${of},class="app_load"}`]: 30,
    [`gpunode_log_events_total{${of},class="cpu_fallback"}`]: 1,
    [`gpunode_log_events_total{${of},class="unclassified"}`]: 500,
    [`gpunode_log_last_event_timestamp_seconds{${of},class="cpu_fallback"}`]: -5 * day,
  };
}

const programStates = ['STOPPED', 'STARTING', 'RUNNING', 'BACKOFF', 'STOPPING', 'EXITED', 'FATAL', 'UNKNOWN'];

function healthyEndpoint(target: string, program: string): Record<string, number> {
  const of = `target="${target}",program="${program}"`;
  return {
    [`gpunode_endpoint_up{${of}}`]: 1,
    ...oneOf(
      'gpunode_endpoint_state',
      of,
      'state',
      ['ok', 'loading', 'refused', 'timeout', 'http_error', 'stranger'],
      'ok',
    ),
    [`gpunode_endpoint_status_code{${of}}`]: 200,
    [`gpunode_endpoint_slow_threshold_seconds{${of}}`]: 1,
    [`gpunode_endpoint_probe_duration_seconds_sum{${of}}`]: 10,
    [`gpunode_endpoint_probe_duration_seconds_count{${of}}`]: 1_000,
    ...oneOf('gpunode_endpoint_listeners', of, 'owner', ['program', 'other', 'unknown'], 'program'),
  };
}

function healthyModel(model: string, program: string): Record<string, number> {
  const of = `model="${model}",program="${program}"`;
  const anomalies = [
    'dangling_symlink',
    'listed_not_statable',
    'statable_not_listed',
    'sparse',
    'replaced_while_mapped',
  ];
  return {
    [`gpunode_model_info{${of},path="/models/llama.gguf",architecture="llama",quantization="Q4_K_M"}`]: 1,
    [`gpunode_model_file_present{${of}}`]: 1,
    [`gpunode_model_file_regular{${of}}`]: 1,
    [`gpunode_model_file_readable{${of}}`]: 1,
    [`gpunode_model_file_complete{${of}}`]: 1,
    [`gpunode_model_file_stable{${of}}`]: 1,
    [`gpunode_model_file_size_bytes{${of}}`]: 4 * gib,
    [`gpunode_model_file_required_bytes{${of}}`]: 4 * gib,
    ...oneOf('gpunode_model_file_anomaly', of, 'anomaly', anomalies, undefined),
  };
}

const healthyCard: Record<string, number> = {
  gpunode_gpus_visible: 1,
  gpunode_gpus_expected: 1,
  [`gpunode_gpu_readable{uuid="${card}"}`]: 1,
  ...oneOf(
    'gpunode_gpu_unreadable_cells',
    `uuid="${card}"`,
    'kind',
    ['lost', 'reset_required', 'unknown_error'],
    undefined,
  ),
  ...oneOf('gpunode_gpu_repair_pending', `uuid="${card}"`, 'kind', ['row_remap', 'page_retirement'], undefined),
  ...oneOf(
    'gpunode_gpu_unattributed_memory_bytes',
    `uuid="${card}"`,
    'owner',
    ['orphan', 'foreign', 'unknown'],
    undefined,
  ),
  [`gpunode_gpu_memory_total_bytes{uuid="${card}"}`]: 24 * gib,
  [`gpunode_gpu_memory_free_bytes{uuid="${card}"}`]: 8 * gib,
  gpunode_gpu_query_stuck_seconds: 0,
  [`gpunode_gpu_xid_errors_total{uuid="${card}",xid="79"}`]: 1,
  [`gpunode_gpu_xid_last_timestamp_seconds{uuid="${card}",xid="79"}`]: -30 * day,
  [`gpunode_gpu_xid_last_timestamp_seconds{uuid="${card}",xid="13"}`]: -30 * day,
};

const healthyHost: Record<string, number> = {
  gpunode_memory_limit_bytes: 64 * gib,
  gpunode_memory_available_bytes: 40 * gib,
  'gpunode_path_present{path="/workspace/src/api/main.py"}': 1,
  'gpunode_binary_runnable{binary="llama-server",program="llama"}': 1,
  'gpunode_binary_missing_libraries{binary="llama-server",program="llama"}': 0,
  'gpunode_filesystem_mounted{mountpoint="/workspace"}': 1,
  'gpunode_filesystem_size_bytes{mountpoint="/workspace"}': 1_000 * gib,
  'gpunode_filesystem_available_bytes{mountpoint="/workspace"}': 400 * gib,
  'gpunode_filesystem_read_only{mountpoint="/workspace"}': 0,
  'gpunode_oom_kills_total{scope="host"}': 12,
  'gpunode_oom_kills_total{scope="cgroup"}': 3,
};

const checks = [
  ['process_health', 'supervisor_answers', 'node'],
  ...programs.map((program) => ['process_health', 'program_running', program] as const),
  ['process_health', 'code_present', '/workspace/src/api/main.py'],
  ['process_health', 'binary_valid', 'llama-server'],
  ['endpoint_health', 'api_healthy', 'compute-api'],
  ['endpoint_health', 'llama_healthy', 'llama'],
  ['model_integrity', 'mounted', '/workspace'],
  ...['file_regular_readable', 'size_stable', 'file_complete', 'file_visible'].map(
    (check) => ['model_integrity', check, 'llama'] as const,
  ),
  ['queue_behavior', 'worker_mode', 'worker-gpu'],
  ['queue_behavior', 'activities_succeed', 'worker-gpu'],
  ...programs.flatMap((program) => [
    ['resource_sanity', 'no_restart_loop', program] as const,
    ['resource_sanity', 'no_oom', program] as const,
  ]),
  ...['no_oom', 'cuda_visible', 'gpu_memory_owned'].map((check) => ['resource_sanity', check, 'node'] as const),
  ['resource_sanity', 'gpu_ok', card],
  ['resource_sanity', 'whisper_on_gpu', 'worker-gpu'],
  ['resource_sanity', 'memory_headroom', 'host'],
  ['resource_sanity', 'memory_headroom', card],
] as const;

function verdict(section: string, check: string, subject: string, status: string): Record<string, number> {
  const of = `section="${section}",check="${check}",subject="${subject}"`;
  return oneOf('gpunode_check_status', of, 'status', ['pass', 'fail', 'unknown'], status);
}

/** One series a value of the label, 1 for the one that is true. */
function oneOf(
  name: string,
  of: string,
  label: string,
  values: readonly string[],
  current: string | undefined,
): Record<string, number> {
  return Object.fromEntries(values.map((value) => [`${name}{${of},${label}="${value}"}`, value === current ? 1 : 0]));
}
