/** JSON lines between the main process and the file agent. */

export interface AgentRequest {
  readonly id: number;
  readonly operation: string;
  readonly path: string;
  readonly args: unknown;
}

export type AgentReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: AgentError };

export interface AgentError {
  readonly message: string;
  /** errno name, where the operation failed in the file system. */
  readonly code?: string;
  /** Set when the operation threw a `SourceError`. */
  readonly reason?: string;
}

/** Size of the agent's thread pool: how many calls may hang before the others wait. */
export const agentThreads = 64;

/** Answered at once by a living agent, whatever its calls wait for. */
export const pingOperation = 'ping';

/** Calls `onLine` for each line of a stream; throws when a line grows beyond `maxLineLength`. */
export function createLineSplitter(onLine: (line: string) => void, maxLineLength: number): (chunk: string) => void {
  let parts: string[] = [];
  let length = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const line = parts.join('') + chunk.slice(start, end);
      parts = [];
      length = 0;
      start = end + 1;
      onLine(line);
    }
    parts.push(chunk.slice(start));
    length += chunk.length - start;
    if (length > maxLineLength) throw new Error(`a message of more than ${maxLineLength} characters`);
  };
}
