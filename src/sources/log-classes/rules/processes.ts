/** The process itself: out of host memory, dead of a signal, on the CPU instead of the GPU, or a failed activity. */
import type { Rule } from '../types.ts';

const failing = ['error', 'exception'] as const;
const signals = String.raw`Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception|Killed|Trace\/breakpoint trap|Bad system call|Quit`;

export const processRules: readonly Rule[] = [
  // Linux mm/oom_kill.c __oom_kill_process, oom_kill_process of older kernels.
  {
    class: 'host_oom',
    in: ['plain', 'error'],
    family: 'death',
    pattern:
      /^(?:Memory cgroup out of memory|Out of memory(?: \(oom_kill_allocating_task\))?): Kill(?:ed)? process \d+|^Killed process \d+ \(|Out of memory and no killable processes|killed by the OOM killer|systemd-oomd\b.*: Killed |due to memory pressure for /,
    of: 'Linux mm/oom_kill.c, systemd, systemd-oomd',
  },
  {
    class: 'host_oom',
    in: failing,
    pattern:
      /\bMemoryError\b|_ArrayMemoryError|std::bad_alloc|\bbad_alloc\b|Cannot allocate memory|DefaultCPUAllocator: (?:can't allocate|not enough) memory|posix_memalign failed|JavaScript heap out of memory|Perhaps out of memory|failed to allocate (?:CPU|CUDA_Host|\w+_Host)\w* buffer|unable to allocate (?:CPU|CUDA_Host|\w+_Host)\w* buffer|ENOMEM|OOM ?[Kk]illed|exit(?:ed with)? code 137/,
    of: 'CPython, libstdc++, errno texts, torch CPU allocator, V8, gunicorn',
  },
  {
    class: 'host_oom',
    in: ['plain', 'error'],
    family: 'llama',
    pattern:
      /ggml_aligned_malloc: insufficient memory|ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate|(?:failed|unable) to allocate (?:CPU|CUDA_Host|\w+_Host)\w* buffer|mmap failed: Cannot allocate|std::bad_alloc/,
    of: 'ggml/src/ggml.c, ggml-backend.cpp',
  },
  {
    class: 'host_oom',
    in: ['plain'],
    family: 'death',
    pattern:
      /^[\w./-]+: (?:line \d+: )?(?:fork: (?:retry: )?|xrealloc: |xmalloc: )[Cc]annot allocate|\bFATAL ERROR: .*heap out of memory/,
    of: 'bash, V8',
  },
  {
    class: 'host_oom',
    in: ['plain', 'error'],
    family: 'llama',
    vague: true,
    pattern:
      /failed to (?:allocate|reserve) (?:compute |output |initial output |pp |tg |graph|the compute )?(?:buffers?\b|graph\b|.*for (?:kv|rs) cache|.*buffer of size)|(?:llama_)?kv_cache_init\(\) failed|failed to create(?:_| llama_| )context/,
    of: 'llama.cpp, whisper.cpp: memory of an unnamed device',
  },

  // bash jobs.c notify_of_job_status ("$0: line N: PID Signal command"), dash, zsh; csh of signal names.
  {
    class: 'native_crash',
    in: ['plain'],
    family: 'death',
    pattern: new RegExp(
      String.raw`^[\w./-]+: line \d+: +\d+ (?:${signals})\b|^(?:${signals})(?: \(core dumped\))?$|^\w+: (?:segmentation fault|abort|bus error|illegal hardware instruction|killed)\b`,
    ),
    of: 'bash, dash, zsh',
  },
  // glibc malloc and stack checks, libstdc++ std::terminate, CPython faulthandler, Rust panics, GGML_ASSERT, V8.
  {
    class: 'native_crash',
    in: ['plain', 'error'],
    family: 'death',
    pattern:
      /^(?:double free or corruption|free\(\): |malloc\(\): |malloc_consolidate\(\): |realloc\(\): |munmap_chunk\(\): |corrupted (?:size|double-linked)|\*\*\* (?:stack smashing|buffer overflow) detected|Fatal Python error: |terminate called (?:after|recursively)|pure virtual method called|# (?:Fatal error in|A fatal error has been detected)|FATAL ERROR: |libc\+\+abi: terminating)|^thread '[^']*'(?: \(\d+\))? panicked at|GGML_ASSERT(?:\(|: (?!.*"CUDA error"))|\bggml_abort\b|^(?:\S+: )?\S+:\d+: .*Assertion .* failed\.|: fatal error$/,
    of: 'glibc, libstdc++, CPython, Rust std, ggml, assert(3)',
  },
  {
    class: 'native_crash',
    in: ['plain', 'error'],
    pattern:
      /^\S+\[\d+\]: segfault at |^traps: \S+\[\d+\] |^\S+\[\d+\]: (?:general protection|trap )|general protection fault/,
    of: 'Linux arch/x86/mm/fault.c, traps.c',
    family: 'death',
  },
  {
    class: 'native_crash',
    in: [...failing, 'warning'],
    pattern:
      /PanicException|BrokenProcessPool|WorkerLostError|\b(?:is killed by|died (?:from|with|of)|terminated (?:by|due to)|exited (?:prematurely: |due to |with )|was sent)\b.{0,12}\b(?:signal:? ?(?:[46789]\b|11\b|SIG(?:ILL|ABRT|BUS|FPE|KILL|SEGV)|Segmentation|Killed|Aborted|Bus)|SIG(?:ILL|ABRT|BUS|FPE|KILL|SEGV))|Worker with pid \d+ was terminated due to signal (?:[46789]|11)\b/,
    of: 'PyO3, concurrent.futures, billiard, torch DataLoader, gunicorn',
  },

  // openai-whisper, faster-whisper and CTranslate2, llama.cpp, whisper.cpp, onnxruntime; what programs say themselves.
  {
    class: 'cpu_fallback',
    in: ['warning', 'error', 'plain'],
    pattern:
      /The model weights have been automatically converted to use the \w*float32 compute type|FP16 is not supported on CPU; using FP32 instead|Performing inference on CPU when CUDA is available|Failed to create (?:CUDA|TensorRT|Tensorrt)ExecutionProvider|Specified provider '(?:CUDA|Tensorrt)ExecutionProvider' is not in available/,
    of: 'CTranslate2 src/models/model.cc, openai-whisper transcribe.py, onnxruntime',
  },
  {
    class: 'cpu_fallback',
    in: ['warning', 'plain'],
    pattern: /^(?:\S+ +\S+: )?(?:warning: )?no usable GPU found|whisper_backend_init_gpu: no GPU found/,
    of: 'llama.cpp common/arg.cpp, whisper.cpp',
  },
  {
    class: 'cpu_fallback',
    in: ['warning', 'error'],
    pattern:
      /\bno (?:\w+ )?(?:gpus?|cuda(?: devices?)?)\b.{0,60}\bcpu\b|\bfall(?:s|ing|en|)[ -]?back (?:to|on|onto) (?:the )?cpu\b|\bfell back to (?:the )?cpu\b|\bfallback to (?:the )?cpu\b|\b(?:cuda|gpu)\b.{0,60}\b(?:not|un)[ -]?(?:available|detected|found|usable|supported)\b.{0,60}\bcpu\b|\b(?:using|use|running on|run on|switching to|loading on|loaded on|continue on|continuing on)\b (?:the )?cpu\b(?: instead|.{0,40}\b(?:no|not|un|instead))/i,
    of: 'programs that load a model on the CPU when the GPU cannot be used',
  },

  // temporalio/worker/_activity.py; sdk-typescript packages/worker/src/activity.ts.
  {
    class: 'activity_failed',
    in: ['plain', 'warning', 'error'],
    family: 'lead',
    vague: true,
    pattern:
      /\bCompleting activity as failed\b|\bCompleting as failure during heartbeat|\bCancelling activity because failed recording heartbeat|\bFailed recording heartbeat|\bFailed completing activity task|\bActivity failed\b|\bActivity task failed\b|\bException handling failed, original error/,
    of: 'sdk-python worker/_activity.py, sdk-typescript activity.ts',
  },
  {
    class: 'activity_failed',
    in: ['exception'],
    vague: true,
    pattern: /temporalio\.exceptions\.ActivityError/,
    of: 'temporalio/exceptions.py',
  },

  // What is an error though it has no level.
  {
    class: 'unclassified',
    in: ['plain'],
    pattern:
      /^rsync error: |^[\w./-]+: .*: (?:No space left on device|Read-only file system|Disk quota exceeded|Input\/output error|Stale file handle)$/,
    of: 'shells, coreutils, rsync: errno texts of a disk that takes or gives nothing',
  },
  {
    class: 'unclassified',
    in: ['plain'],
    family: 'llama',
    pattern: /^srv +send_error: task id = \d+, error: |^srv +\S+: (?:failed to (?:decode|process)|decode\(\) failed)/,
    of: 'llama.cpp tools/server --no-log-prefix, and before it had levels',
  },
  {
    class: 'unclassified',
    in: ['plain'],
    family: 'lead',
    pattern:
      /^Failed (?:handling activation|completing (?:eviction )?activation|encoding completion|running eviction job|converting activation exception)|^Timed out running eviction job|^Worker failed, shutting down|^Task exception was never retrieved$|^Exception in thread |^Exception in callback |^Unhandled exception in /,
    of: 'sdk-python worker/_workflow.py and CPython without logging set up',
  },
];
