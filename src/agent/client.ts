import { SourceError } from '../core/contract.ts';
import { errorMessage } from '../core/errors.ts';
import type { Clock, FileCallOptions, FileOperation, Files, Logger } from '../core/host.ts';
import { AgentProcess } from './process.ts';
import { PathQueue } from './path-queue.ts';
import { agentThreads } from './protocol.ts';

export interface FileAgentOptions {
  /** How to start the agent: our own executable with its hidden command. */
  readonly command: readonly [string, ...string[]];
  readonly clock: Clock;
  readonly log: Logger;
  /** An agent that does not answer a ping for so long is abandoned. */
  readonly unresponsiveMs?: number;
}

export interface FileAgent extends Files {
  /** Starts the agent ahead of the first call, whose deadline should not pay for it; gives up waiting after `withinMs`. */
  warmUp(withinMs: number): Promise<void>;
  /** Ends the agent; returns at once, also when a call of it hangs in the kernel. */
  stop(): void;
}

// A stuck call holds one thread of the agent's pool; with half of them stuck a fresh agent is better.
const maxStuckCalls = agentThreads / 2;
// Each abandoned agent is a process that cannot be killed; more of them would not help.
const maxAbandoned = 2;

/** Runs file operations in a child process, which is started at the first call and replaced when it is stuck or gone. */
export function createFileAgent(options: FileAgentOptions): FileAgent {
  const { clock, log, unresponsiveMs = 10_000 } = options;
  const paths = new PathQueue(clock);
  const abandoned = new Set<AgentProcess>();
  let current: AgentProcess | undefined;
  let stopped = false;

  function agent(): AgentProcess {
    if (stopped) throw new SourceError('unavailable', 'the file agent was stopped');
    if (current?.alive) return current;
    if (abandoned.size >= maxAbandoned) {
      throw new SourceError('timeout', `${abandoned.size} file agents hang in the kernel; no more are started`);
    }
    current = new AgentProcess(options.command, log);
    return current;
  }

  function abandon(stuck: AgentProcess, why: string): void {
    if (current === stuck) current = undefined;
    if (!stuck.alive) return;
    log.warn('file agent abandoned', { pid: stuck.pid, why });
    abandoned.add(stuck);
    void stuck.exited.then(() => abandoned.delete(stuck));
    stuck.abandon();
  }

  async function checkPulse(suspect: AgentProcess): Promise<void> {
    if (paths.stuckCalls() >= maxStuckCalls) abandon(suspect, 'too many calls hang');
    else if (!(await suspect.answersPing(unresponsiveMs))) abandon(suspect, 'does not answer');
  }

  async function call<Args, Result>(
    operation: FileOperation<Args, Result>,
    path: string,
    args: Args,
    { timeoutMs, signal }: FileCallOptions,
  ): Promise<Result> {
    const what = `${operation.name} ${path}`;
    const startedMs = clock.monotonicMs();
    const release = await paths.enter(path, what, timeoutMs, signal);
    const budgetMs = timeoutMs - (clock.monotonicMs() - startedMs);
    let running: { agent: AgentProcess; result: Promise<unknown> };
    try {
      const target = agent();
      running = { agent: target, result: target.call(operation.name, path, args) };
    } catch (error) {
      release();
      throw error instanceof SourceError ? error : new SourceError('error', `${what}: ${errorMessage(error)}`);
    }
    // The path stays taken until the call really returns, which may be long after its caller and its agent were given up.
    running.result.then(release, () => (running.agent.alive ? release() : running.agent.exited.then(release)));
    try {
      return (await paths.within(running.result, what, budgetMs, signal)) as Result;
    } catch (error) {
      if (error instanceof SourceError && error.reason === 'timeout') void checkPulse(running.agent);
      throw error;
    }
  }

  return {
    call,
    async warmUp(withinMs): Promise<void> {
      await agent().answersPing(withinMs);
    },
    stuckMs: () => paths.stuckMs(),
    stop(): void {
      stopped = true;
      current?.abandon();
    },
  };
}
