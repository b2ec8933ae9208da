import { binaryValid, codePresent } from './items/artifacts.ts';
import { apiHealthy, llamaHealthy } from './items/endpoints.ts';
import { cudaVisible, gpuHeadroom, gpuMemoryOwned, gpuOk } from './items/gpu.ts';
import { hostHeadroom } from './items/host-headroom.ts';
import { fileComplete, fileRegularReadable, fileVisible, sizeStable } from './items/models.ts';
import { mounted } from './items/mounted.ts';
import { noOomOfProgram, noOomOnNode } from './items/oom.ts';
import { programRunning, supervisorAnswers } from './items/programs.ts';
import { noRestartLoop } from './items/restart-loop.ts';
import { whisperOnGpu } from './items/whisper.ts';
import type { ChecklistItem } from './types.ts';

/** Every item of the checklist, in the order in which they are gone through: one entry each. */
export const items: readonly ChecklistItem[] = [
  supervisorAnswers,
  programRunning,
  codePresent,
  binaryValid,
  apiHealthy,
  llamaHealthy,
  mounted,
  fileRegularReadable,
  sizeStable,
  fileComplete,
  fileVisible,
  noRestartLoop,
  noOomOnNode,
  noOomOfProgram,
  cudaVisible,
  gpuOk,
  gpuMemoryOwned,
  whisperOnGpu,
  hostHeadroom,
  gpuHeadroom,
];
