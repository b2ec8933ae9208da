/**
 * Words of which one stands in every line that a rule, a level, a traceback or a server's mark can be made of: a line
 * without any of them needs no look. Chosen to be rare where nothing is wrong; a test holds them against the rules.
 */
import { createNeedles } from './needles.ts';
import type { Needles } from './needles.ts';

const digits = '0123456789'.split('');
const severe = ['E', 'W', 'F'];

// Levels, as programs write them.
const levels = [
  'rror|ERRO|arning|WARN|CRIT|FATAL|SEVERE|ALERT|EMERG|atal|panic|Traceback|xception',
  '[err]|[crit|[alert|[emerg| ERR |\nERR|"ERR"|[ERR]',
  ...['3', '4', '5', '6'].map((digit) => `"level":${digit}|"level": ${digit}|"levelno":${digit}|"levelno": ${digit}`),
  // llama-server's `0.00.029.889 E …`
  ...digits.map((digit) => `${digit} E |${digit} W `),
  // glog's `E0901 …`, torch's `[W1123 …`, onnxruntime's `[W:onnxruntime:…`
  ...severe.flatMap((letter) => digits.map((digit) => `\n${letter}0${digit}|[${letter}0${digit}`)),
  ...severe.flatMap((letter) => ['0', '1', '2'].map((digit) => `\n${letter}1${digit}|[${letter}1${digit}`)),
  // tornado, NeMo
  ...['E', 'C', 'W'].map((letter) => `\n[${letter} 2|NeMo ${letter}`),
  // torch's month has no leading zero, and a rank may stand before it
  ...severe.flatMap((letter) => digits.map((digit) => `\n[${letter}${digit}`)),
  ...severe.map((letter) => `[${letter}:on|]:[${letter}`),
];

// What a failure is called without a level.
const failures = [
  "ailed|ailure|FAILED|nable to |annot |ould not |ouldn't |an't |o such |No module|denied|unhandled|Unhandled",
  'imed out|imed-out|iming out|ime out|imeout|IMEOUT|IMED OUT|ave up|iving up|did not |never |too long|expired|exceeded',
  'not found|not ready|not avail|not visible|not present|not stable|not complete|not there|not health|not up |not reach',
  "not respond|not supp|not set|not a |not exist|n't exist|still missing|issing |is missing|must be|is required",
  'are required|requires |nsupported|nvalid |nknown |nexpected|nrecognized |malformed|ambiguous|illegal |argument ',
  'parameter |numeric arg|: line |: cd: |ulimit: |s a directory|interpreter|xec format|supervisor: |curl: (|wget: |dy in use',
  'gRPC |RPC error|tonic::',
];

// Models, libraries, the loader.
const files = [
  'gguf_init|magic|within the file|orrupt|ncomplete|is trunc|hecksum|duplicated|has wrong|wrong |unexpectedly|is empty',
  'check_tensor|done_getting|model_load: |not all tensors|zero bytes|undefined sym|MISMATCH|incompatib|Input/output',
  'Stale file|LLAMA_WAIT|No space left|Read-only file|quota exceeded',
];

// The texts of CUDA and of the driver, and what runs on the CPU instead.
const gpu = [
  'encountered|ssert|misaligned|NVRM|NVML|NVIDIA-SMI|nvidia-container|GPU is lost|GPU requires|kernel image|CUDA-capable',
  'insufficient|busy or unavail|PTX |yet initialized|compatibility was|is a stub|no device code|No devices|ALLOC_FAILED',
  'automatically conv|FP16 is not|erforming inference|pecified provider|no usable GPU|no GPU found',
];

// How a process dies, as the kernel, a shell, glibc and the languages tell it.
const deaths = [
  'Killed|Kill process|killable|OOM |oom-kill|memory pressure|bad_alloc|ut of memory|Segmentation|Aborted|Illegal inst',
  'Floating point|Trace/break|Bad system|segmentation|: abort|: killed|double free|free(): |lloc(): |malloc_consol',
  'GGML_ASSERT|munmap_chunk|stack smash|buffer overflow|terminate called|terminating|pure virtual|panicked|ggml_abort|segfault',
  'traps: |protection',
];

// Temporal's activities, llama-server's life.
const marks = [
  'Completing a|Cancelling activity|initializing ...|listening on|is listening|server listening|main loop|loading model',
  '\nbuild: |loaded meta|ystem_info: |ystem info: |exiting due|ggml_cuda_init|whisper_init_from',
];

/** Finds them; a candidate that begins with a newline is about the line after it. */
export function createCandidates(): Needles {
  const words = [levels, failures, files, gpu, deaths, marks].flat().flatMap((text) => text.split('|'));
  return createNeedles([...new Set(words)]);
}
