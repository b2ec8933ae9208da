/** What never counts by itself, whatever its level. */

/** True for the tail of an event that was told already, and for complaints that are known to mean nothing. */
export function isNoise(message: string): boolean {
  const unnamed = message.replace(logger, '');
  return echoes.test(message) || harmless.test(message) || (unnamed !== message && echoes.test(unnamed));
}

/** Between level and message many formats have the logger's name. */
const logger = /^[\w.]+:? +/;

/** True for what may be an exception that nobody caught; a stack follows if it is one. */
export function isBareException(message: string): boolean {
  return /^(?:Uncaught )?[\w.]*(?:Error|Exception)\b/.test(message);
}

/** True if a shell, or ggml's own stack, tells that a process died: an echo where the process itself told why. */
export function isObituary(message: string): boolean {
  return obituary.test(message);
}

/** True for what bash prints under `set -x`. */
export function isShellTrace(text: string): boolean {
  return /^\++ /.test(text);
}

const echoes = new RegExp(
  [
    // uvicorn lifespan/on.py, after the traceback; supervisors/multiprocess.py
    '^Application (?:startup|shutdown) failed\\. Exiting\\.',
    '^Child process \\[\\d+\\] died',
    // assert() in a CUDA kernel, a line a thread: the program that ran the kernel tells "device-side assert triggered"
    ': block: \\[\\d+,\\d+,\\d+\\], thread: \\[',
    // nginx, after each address that it tried to bind
    '^still could not bind\\(\\)',
    // gunicorn arbiter.py: a worker that was stopped as it was asked to
    '^Worker \\(pid:\\d+\\) was sent SIG(?:TERM|INT|QUIT|HUP)!',
    // gunicorn arbiter.py, after the worker's own traceback
    '^Worker \\(pid:\\d+\\) exited with code \\d+',
    '^Shutting down: Master',
    '^Reason: ',
    '^Retrying in \\d+ seconds?\\.',
    // pip, after "Could not find a version"
    '^No matching distribution found for ',
    // Linux mm/oom_kill.c around its one line "Killed process"
    '^oom-kill:',
    '^oom_reaper: ',
    ' invoked oom-killer: ',
    '^Tasks in \\S+ killed as a result of limit of ',
    '^Tasks state \\(memory values',
    // x86 oops and segfault lines are followed by the code bytes
    '^Code: ',
    // supervisor/process.py, after "couldn't exec"
    '^supervisor: child process was not spawned',
    // supervisord's own log, supervisor/process.py: what became of a program is counted from there, exactly
    '^(?:exited|stopped|gave up|spawned|spawnerr|success|waiting for|killing): ?[\'"\\w]',
    "^killing '",
    // glibc and libstdc++: how older llama-server ends even when it is stopped
    '^terminate called without an active exception',
    // sdk-core: the same poll failure as the exception that Python raises
    '^Worker failed to poll',
  ].join('|'),
);

const harmless = new RegExp(
  [
    // error: none
    '^(?:[Nn]one|null|nil|no|false|0|[Nn]/[Aa]|-)[.,;]?$',
    // supervisord at every start: supervisor/options.py, http.py
    "^Server '\\w+' running without any HTTP authentication",
    '^Supervisor (?:is )?running as root',
    // TensorFlow and JAX beside torch
    '^Unable to register cu\\w+ (?:factory|plugin)',
    // ggml_cuda_host_malloc, cudaHostRegister: works on without pinned memory; pools that try again
    'pinned memory: ',
    // llama.cpp load_tensors: embeddings stay in host memory, as they should
    'cannot be used with preferred buffer type',
    'flushing .* and retrying$',
    // llama.cpp --fit measures; what it could not measure it tells when it loads
    'requires ctx_other to be set \\(this warning is normal',
  ].join('|'),
);

const obituary =
  /^(?:[\w./-]+: line \d+: +\d+ |\w+: )?(?:Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception|Killed(?! process)|Trace\/breakpoint trap|Bad system call|segmentation fault|abort|bus error|killed)\b|^#\d+ .*\bggml_abort \(|^\S+\(ggml_abort\+/;
