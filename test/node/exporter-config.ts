/** The exporter's configuration for the simulated node: the zero config's subjects, below the scratch folder, in quick time. */
import { collectors } from '../../src/collectors/index.ts';
import type { NodePaths } from './layout.ts';
import type { NodePorts } from './supervisord-conf.ts';

export type ExporterConfig = ReturnType<typeof defaultConfig>;

export function defaultConfig(paths: NodePaths, ports: NodePorts) {
  return {
    state_dir: paths.state,
    programs: ['fastapi', 'worker-gpu', 'llama'],
    supervisor: { interval: '1s', config_file: paths.supervisordConf },
    resources: { interval: '1s' },
    endpoints: {
      interval: '1s',
      timeout: '1s',
      targets: [
        {
          name: 'compute-api',
          url: `http://127.0.0.1:${ports.api}/health`,
          program: 'fastapi',
          json: { status: 'ok' },
        },
        {
          name: 'llama',
          url: `http://127.0.0.1:${ports.llama}/health`,
          program: 'llama',
          kind: 'llama',
          loading_budget: '10s',
        },
      ],
    },
    // A fake nvidia-smi costs a tenth of a second of a core: seldom, for many nodes run at once.
    gpu: { interval: '10s', timeout: '10s', command: [`${paths.bin}/nvidia-smi`] },
    models: {
      interval: '1s',
      timeout: '5s',
      stable_for: '2s',
      files: [{ name: 'llama', path: paths.model, program: 'llama', format: 'gguf' }],
      directories: [
        { path: paths.llmDirectory, match: '*.gguf', program: 'llama' },
        { path: paths.whisperDirectory, program: 'worker-gpu' },
      ],
    },
    logs: { interval: '250ms' },
    host: { interval: '2s', filesystems: [{ path: paths.workspace, require_mount: false }] },
    artifacts: {
      interval: '5s',
      paths: [paths.apiCode, paths.llmDirectory, paths.whisperDirectory],
      binaries: [{ name: 'llama-server', program: 'llama', library_path: [paths.app] }],
      timeouts: [{ program: 'llama', name: 'LLAMA_WAIT_SECONDS', files: [paths.startScript] }],
    },
    tuning: { interval: '2s' },
  };
}

/** YAML, of which JSON is a part. Sections of collectors that do not exist would be refused. */
export function renderConfig(config: ExporterConfig): string {
  const known = new Set(['state_dir', 'programs', ...collectors.map(({ name }) => name)]);
  return JSON.stringify(Object.fromEntries(Object.entries(config).filter(([key]) => known.has(key))), null, 2);
}
