/** How llama-server and whisper-server live, as far as it groups their lines: one failed start is one event. */

export type LlamaPhase = 'start' | 'serve';

/** What a line says of the server's life; `begins`: a process began, and whatever was open is over. */
export interface LlamaMark {
  readonly phase: LlamaPhase | undefined;
  readonly begins: boolean;
}

// tools/server/server.cpp, common/common.cpp, whisper.cpp src/whisper.cpp, by release.
const begin =
  /\bllama_server: initializing|^build: \d+ \(|HTTP server is listening, hostname|^whisper_init_from_file\w*: loading model from /;
const start =
  /\bload_model: loading model '|^main: loading model|^llama_model_loader: loaded meta data|^system_info: |^ggml_cuda_init: found /;
const serve = /\blistening on (?:http|unix)|\bserver is listening on |starting the main loop|server listening at http/;
const end = /\bexiting due to \w/;

export function llamaMark(message: string): LlamaMark | undefined {
  if (begin.test(message)) return { phase: 'start', begins: true };
  if (serve.test(message)) return { phase: 'serve', begins: false };
  return start.test(message) ? { phase: 'start', begins: false } : undefined;
}

/** The last words of a process. */
export function isLlamaEnd(message: string): boolean {
  return end.test(message);
}

/** True if a line without the form of its own must come from llama.cpp, ggml or whisper.cpp. */
export function isLlamaText(message: string): boolean {
  return /^(?:(?:srv|slot|cmn|que|spec|main) {1,}\S|(?:llama|ggml|gguf|common|clip|mtmd|whisper|load)_\w+(?:\(\))?: |main: |operator\(\): )/.test(
    message,
  );
}

/** The request that a line of the serving server is about. */
export function taskOf(message: string): string | undefined {
  return /\b(?:task id = |id_task = |task )(\d+)\b/.exec(message)?.[1];
}

/** Why a request failed, as it is told to each client that it concerns. */
export function reasonOf(message: string): string | undefined {
  return /\bsend_error: task id = \d+, error: (.*)$/.exec(message)?.[1];
}
