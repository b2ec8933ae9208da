import { readKernelCounts } from './boot.ts';
import { readMachineMemory } from './memory.ts';

export const machineOperations = [readMachineMemory, readKernelCounts] as const;
