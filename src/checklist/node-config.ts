import type { ArtifactsConfig } from '../collectors/artifacts/config.ts';
import type { EndpointsConfig } from '../collectors/endpoints/config.ts';
import type { GpuConfig } from '../collectors/gpu/config.ts';
import type { HostConfig } from '../collectors/host/config.ts';
import type { LogsConfig } from '../collectors/logs/config.ts';
import type { ModelsConfig } from '../collectors/models/config.ts';
import type { SupervisorConfig } from '../collectors/supervisor/config.ts';
import type { ChecklistConfig } from './config.ts';

/** The parts of the configuration that say what there is to check. */
export interface NodeConfig {
  readonly programs: readonly string[];
  readonly supervisor: SupervisorConfig;
  readonly endpoints: EndpointsConfig;
  readonly gpu: GpuConfig;
  readonly models: ModelsConfig;
  readonly logs: LogsConfig;
  readonly host: HostConfig;
  readonly artifacts: ArtifactsConfig;
  readonly checklist: ChecklistConfig;
}
