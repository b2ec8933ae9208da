import { SourceError } from '../core/contract.ts';
import { errorCode, errorMessage } from '../core/errors.ts';
import { createLineSplitter, pingOperation } from './protocol.ts';
import type { AgentError, AgentReply, AgentRequest } from './protocol.ts';
import { fileOperations } from './operations.ts';

// What an operation may be asked with: saved positions and file lists, never file content.
const maxRequestLength = 8 * 1024 * 1024;

/** The file agent's side: runs operations as they come, any number at once, until its standard input ends. */
export function serveFileAgent(): void {
  const operations = new Map(fileOperations.map((operation) => [operation.name, operation]));
  const split = createLineSplitter((line) => {
    const request = JSON.parse(line) as AgentRequest;
    void answer(request).then(send);
  }, maxRequestLength);

  async function answer({ id, operation: name, path, args }: AgentRequest): Promise<AgentReply> {
    if (name === pingOperation) return { id, result: null };
    try {
      const operation = operations.get(name);
      if (operation === undefined) throw new Error(`unknown file operation ${name}`);
      return { id, result: (await operation.run(path, args as never)) ?? null };
    } catch (error) {
      return { id, error: toAgentError(error) };
    }
  }

  process.stdin.setEncoding('utf8');
  process.stdin.on('data', split);
  // The exporter is gone: so are we, whatever call still hangs.
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
  // A Ctrl-C in a terminal reaches the whole group: the exporter decides when we end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

function send(reply: AgentReply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

function toAgentError(error: unknown): AgentError {
  const code = errorCode(error);
  return {
    message: errorMessage(error),
    ...(code === undefined ? {} : { code }),
    ...(error instanceof SourceError ? { reason: error.reason } : {}),
  };
}
