import type { EffectiveMemory } from '../../sources/cgroup/limits.ts';
import type { FilesystemFacts } from './filesystems.ts';

/** What the checklist may know of the host. OOM kills with their time are events of kind `oom`. */
export interface HostFacts {
  /** Absent: not measured in this round. */
  readonly memory?: EffectiveMemory;
  readonly filesystems: readonly FilesystemFacts[];
  /** Kills counted since state is kept; absent where the kernel does not tell. */
  readonly oomKills: { readonly host?: number; readonly cgroup?: number };
}
