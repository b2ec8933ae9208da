/** Every operation that the file agent can run: one line each. */
import type { FileOperation } from '../core/host.ts';
import { readKernelLog } from '../sources/kmsg/read.ts';
import { readLogEvents } from '../sources/log-classes/operation.ts';
import { commandLineOperations } from '../sources/command-line/operations.ts';
import { cgroupOperations } from '../sources/cgroup/operations.ts';
import { elfOperations } from '../sources/elf/operations.ts';
import { machineOperations } from '../sources/machine/operations.ts';
import { mountOperations } from '../sources/mounts/operations.ts';
import { readGpuHardware } from '../sources/nvidia-smi/hardware.ts';
import { readSmallFile } from '../sources/http-probe/small-file.ts';
import { modelFileOperations } from '../sources/model-file/operations.ts';
import { procfsOperations } from '../sources/procfs/operations.ts';
import { supervisordOperations } from '../sources/supervisord/operations.ts';
import { startScriptOperations } from '../sources/start-script/operations.ts';
import { readTailLines } from '../sources/tail/lines-operation.ts';

// Argument and result types belong to each operation and meet again at the caller's side.
type AnyFileOperation = FileOperation<never, unknown>;

export const fileOperations: readonly AnyFileOperation[] = [
  ...procfsOperations,
  ...modelFileOperations,
  ...machineOperations,
  ...mountOperations,
  ...cgroupOperations,
  ...elfOperations,
  ...startScriptOperations,
  ...commandLineOperations,
  readSmallFile,
  ...supervisordOperations,
  readTailLines,
  readLogEvents,
  readKernelLog,
  readGpuHardware,
];
