import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SourceError, failureReasons } from '../core/contract.ts';
import type { FailureReason } from '../core/contract.ts';
import { toSourceError } from '../core/errors.ts';
import type { Logger } from '../core/host.ts';
import { agentThreads, createLineSplitter, pingOperation } from './protocol.ts';
import type { AgentError, AgentReply, AgentRequest } from './protocol.ts';

interface Pending {
  readonly what: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SourceError) => void;
}

// The largest replies are batches of log lines.
const maxReplyLength = 64 * 1024 * 1024;

/** One running file agent. */
export class AgentProcess {
  readonly exited: Promise<void>;
  alive = true;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #log: Logger;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor([file, ...args]: readonly [string, ...string[]], log: Logger) {
    this.#log = log;
    const env = { ...process.env, UV_THREADPOOL_SIZE: String(agentThreads) };
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.exited = promise;
    this.#child.once('error', (error) => {
      this.#end(`cannot be started: ${error.message}`);
      resolve();
    });
    this.#child.once('exit', (code, signal) => {
      this.#end(`ended with ${signal ?? `exit status ${code}`}`);
      resolve();
    });
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  call(operation: string, path: string, args: unknown): Promise<unknown> {
    const request: AgentRequest = { id: this.#nextId++, operation, path, args };
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(request.id, { what: `${operation} ${path}`, resolve, reject });
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return promise;
  }

  async answersPing(withinMs: number): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    const pong = this.call(pingOperation, '', null).then(
      () => true,
      () => !this.alive,
    );
    const answered = await Promise.race([pong, late]);
    clearTimeout(timer);
    return answered;
  }

  /** Gives the process up: killed if it can be, forgotten in any case. Calls in flight are rejected. */
  abandon(): void {
    this.#end('was abandoned');
    this.#child.kill('SIGKILL');
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
    this.#child.unref();
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    const split = createLineSplitter((line) => this.#settle(JSON.parse(line) as AgentReply), maxReplyLength);
    stdout.setEncoding('utf8');
    stdout.on('data', (chunk: string) => {
      try {
        split(chunk);
      } catch (error) {
        this.#log.error('file agent talks nonsense', { error: String(error) });
        this.abandon();
      }
    });
    stderr.setEncoding('utf8');
    stderr.on('data', (chunk: string) => this.#log.warn('file agent', { stderr: chunk.trim().slice(0, 2_000) }));
    // Its end is noticed by `exit`; a write into a closed pipe is not news.
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
  }

  #settle(reply: AgentReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if ('error' in reply) pending.reject(fromAgentError(reply.error, pending.what));
    else pending.resolve(reply.result);
  }

  #end(how: string): void {
    this.alive = false;
    for (const { what, reject } of this.#pending.values()) {
      reject(new SourceError('error', `${what}: the file agent ${how}`));
    }
    this.#pending.clear();
  }
}

function fromAgentError({ message, code, reason }: AgentError, what: string): SourceError {
  const known = failureReasons.find((each): each is FailureReason => each === reason);
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
  return known === undefined ? toSourceError(cause, what) : new SourceError(known, message, { cause });
}
