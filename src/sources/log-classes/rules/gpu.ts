/** The GPU: out of memory, broken, or not there. */
import type { Rule } from '../types.ts';

const anywhere = ['error', 'warning', 'exception'] as const;
const failing = ['error', 'exception'] as const;

export const gpuRules: readonly Rule[] = [
  // torch: c10/cuda/CUDACachingAllocator.cpp, c10/cuda/CUDAException.cpp; ROCm and MPS builds say the same of theirs.
  {
    class: 'gpu_oom',
    in: anywhere,
    pattern: /(?:CUDA|HIP|XPU|GPU) out of memory|MPS backend out of memory|\bOutOfMemoryError\b/,
    of: 'torch allocator',
  },
  // CTranslate2 src/cuda/utils.h CUDA_CHECK; torch, ggml: cudaGetErrorString(cudaErrorMemoryAllocation) is "out of memory".
  {
    class: 'gpu_oom',
    in: anywhere,
    pattern:
      /(?:CUDA|HIP|CUDNN|cuDNN|GPU|Cuda|device).{0,60}\bout of memory|cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY/,
    of: 'CUDA runtime and driver error texts',
  },
  {
    class: 'gpu_oom',
    in: [...anywhere, 'plain'],
    pattern: /(?:CUBLAS|CUDNN|CUSOLVER|CUSPARSE|CUFFT)_(?:STATUS_)?ALLOC_FAILED/,
    of: 'status names of cuBLAS, cuDNN',
  },
  // ggml/src/ggml-cuda/ggml-cuda.cu: alloc_buffer, pools, ggml_cuda_error.
  {
    class: 'gpu_oom',
    in: ['plain', 'error'],
    pattern:
      /\bcudaMalloc failed: out of memory|\ballocating [\d.]+ MiB on device \d+: .*out of memory|^\s*(?:CUDA|ROCm|HIP) error(?: \d+ at .*)?: out of memory/,
    of: 'ggml-cuda',
    family: 'llama',
  },
  {
    class: 'gpu_oom',
    in: ['plain', 'error', 'exception'],
    pattern:
      /\b(?:unable to allocate|failed to allocate) (?:CUDA|ROCm|HIP|Vulkan|SYCL|Metal|MTL)\d+(?:_Split)? (?:buffer|Hadamard)|ErrorOutOfDeviceMemory|ggml_vulkan: Device memory allocation of size \d+ failed/,
    of: 'llama.cpp src/llama-model.cpp, ggml/src/ggml-alloc.c, ggml-vulkan',
    family: 'llama',
  },
  {
    class: 'gpu_oom',
    in: ['plain', 'error'],
    family: 'llama',
    vague: true,
    pattern: /unable to allocate backend buffer/,
    of: 'llama.cpp before it named the device',
  },
  // core/framework/bfc_arena.cc, providers/cuda/cuda_call.cc.
  {
    class: 'gpu_oom',
    in: failing,
    pattern: /BFCArena::AllocateRawInternal|\bCUDA failure 2: out of memory/,
    of: 'onnxruntime',
  },
  // vllm/worker, vllm/v1/core/kv_cache_utils.py.
  {
    class: 'gpu_oom',
    in: failing,
    pattern:
      /No available memory for the cache blocks|is less than desired GPU memory utilization|larger than the (?:available KV cache memory|maximum number of tokens that can be stored in KV cache)/,
    of: 'vLLM',
  },

  // cudaGetErrorString and cuGetErrorString of what a kernel or the hardware did wrong.
  {
    class: 'gpu_fault',
    in: [...anywhere, 'plain'],
    pattern:
      /an illegal memory access was encountered|device-side assert triggered|unspecified launch failure|misaligned address|an illegal instruction was encountered|invalid program counter|uncorrectable (?:ECC|NVLink) error encountered|the launch timed out and was terminated|hardware stack error|operation not supported on global\/shared address space|cudaError(?:IllegalAddress|LaunchFailure|Assert|EccUncorrectable|HardwareStackError|MisalignedAddress)/,
    of: 'CUDA runtime error texts',
    family: 'llama',
  },
  // CTranslate2 CUBLAS_CHECK, CUDNN_CHECK; torch aten/src/ATen/cuda/Exceptions.h; cublasGetStatusString.
  {
    class: 'gpu_fault',
    in: failing,
    pattern:
      /\b(?:CUBLAS|CUFFT|CUSOLVER|CUSPARSE|NCCL)_(?:STATUS_)?(?!SUCCESS|ALLOC_FAILED|ARCH_MISMATCH)[A-Z_]+|\bCUDNN_STATUS_(?!SUCCESS|ALLOC_FAILED|ARCH_MISMATCH|\w*VERSION_MISMATCH|\w*LOADING_FAILED)[A-Z_]+|cuBLAS failed with status|cuDNN (?:failed with status|error)|NCCL error|DistBackendError|Watchdog caught collective operation timeout|GET was unable to find an engine/,
    of: 'cuBLAS, cuDNN and NCCL as torch and CTranslate2 report them',
  },
  {
    class: 'gpu_fault',
    in: ['plain', 'error'],
    pattern:
      /^\s*(?:CUDA|ROCm|HIP) error: (?:the function failed to launch on the GPU|an internal operation failed|an access to GPU memory space failed|unknown error|CUBLAS_STATUS_(?!ALLOC)\w+)/,
    of: 'ggml-cuda with cublasGetStatusString',
    family: 'llama',
  },
  {
    class: 'gpu_fault',
    in: [...failing, 'plain'],
    family: 'llama',
    pattern: /ErrorDeviceLost|VK_ERROR_DEVICE_LOST/,
    of: 'ggml-vulkan: the name of the Vulkan result',
  },
  // The driver: NVRM lines of nvidia.ko.
  {
    class: 'gpu_fault',
    in: ['plain', 'error', 'warning'],
    pattern: /NVRM: Xid \(|NVRM: .*fallen off the bus|NVRM: .*(?:GPU (?:lost|is lost)|uncorrectable ECC)/i,
    of: 'nvidia.ko: nv-report-err, osHandleGpuLost',
    family: 'death',
  },
  {
    class: 'gpu_fault',
    in: [...failing, 'plain'],
    pattern:
      /^(?:Unable to determine the device handle for .*: )?(?:GPU is lost|GPU requires reset)\b|Unable to determine the device handle for|NVML.*GPU is lost|\bGPU is lost\.\s+Reboot/,
    of: 'nvidia-smi, nvmlErrorString',
  },
  {
    class: 'gpu_fault',
    in: failing,
    vague: true,
    pattern: /\bCUDA (?:driver )?error\b|\bCUDA failed with error|AcceleratorError/,
    of: 'torch, CTranslate2: any other error of the CUDA runtime',
  },
  {
    class: 'gpu_fault',
    in: ['plain', 'error'],
    vague: true,
    family: 'llama',
    pattern:
      /^\s*(?:CUDA|ROCm|HIP) error(?::| \d+ at )|ggml-cuda\S*\.cuh?:\d+: (?:CUDA error|!"CUDA error")|^ggml_cuda_compute_forward: \w+ failed/,
    of: 'ggml_cuda_error, ggml_abort',
  },

  // torch/cuda/__init__.py, c10/cuda/CUDAFunctions.cpp, CTranslate2 src/devices.cc, ggml_cuda_init.
  {
    class: 'gpu_unavailable',
    in: [...anywhere, 'plain'],
    family: 'llama',
    pattern:
      /no kernel image is available for execution|no CUDA-capable device is detected|CUDA driver version is insufficient for CUDA runtime|CUDA-capable device(?:s are|\(s\) is\/are) busy or unavailable|invalid device ordinal|invalid device function|device kernel image is invalid|PTX (?:JIT compiler|was compiled with an unsupported toolchain)|system (?:not yet initialized|has unsupported display driver)|forward compatibility was attempted on non supported HW|cudaError(?:NoDevice|InsufficientDriver|DevicesUnavailable|InvalidDevice|NoKernelImageForDevice|SystemNotReady)|CUDA driver is a stub library|CUDA (?:error: |failed with error )initialization error/,
    of: 'CUDA runtime error texts',
  },
  {
    class: 'gpu_unavailable',
    in: [...anywhere, 'plain'],
    family: 'llama',
    pattern: /\bggml_cuda_init: failed to initialize|\bCUDA kernel \w+ has no device code compatible with CUDA arch/,
    of: 'ggml/src/ggml-cuda/ggml-cuda.cu, common.cuh no_device_code',
  },
  {
    class: 'gpu_unavailable',
    in: anywhere,
    pattern:
      /No CUDA GPUs are available|Found no NVIDIA driver on your system|NVIDIA driver on your system is too old|CUDA initialization: |CUDA driver initialization failed|CUDA unknown error - this may be due to|Unexpected error from cudaGetDeviceCount|Can't initialize NVML|torch\.cuda\.is_available\(\) is False|not compiled with CUDA(?: enabled| support)|is not compatible with the current PyTorch installation|but CUDA is not available\. +Disabling/,
    of: 'torch/cuda/__init__.py, torch/serialization.py, torch/amp/autocast_mode.py',
  },
  {
    class: 'gpu_unavailable',
    in: failing,
    pattern:
      /Requested \w+ compute type, but the target device or backend do(?:es)? not support|CTranslate2 package was not compiled with CUDA|CUDA (?:support )?is not (?:available|enabled)\b|(?:CUBLAS|CUDNN)_STATUS_ARCH_MISMATCH|unsupported device (?:cuda|ordinal)/,
    of: 'CTranslate2 src/types.cc, src/devices.cc',
  },
  {
    class: 'gpu_unavailable',
    in: [...failing, 'plain'],
    family: 'death',
    pattern:
      /NVIDIA-SMI has failed because|Failed to initialize NVML|NVML_ERROR_\w+|NVML(?:Error)?_?\w*: (?:Driver Not Loaded|NVML Shared Library Not Found|Unknown Error|Uninitialized|Driver\/library version mismatch)|^No devices were found$|NVRM: (?:API mismatch|.*RmInitAdapter failed|.*rm_init_adapter failed|No NVIDIA GPU found)|nvidia-container-cli: |could not select device driver "" with capabilities/i,
    of: 'nvidia-smi, pynvml, nvidia.ko, nvidia-container-toolkit',
  },
];
