import { SourceError } from '../core/contract.ts';
import type { Clock } from '../core/host.ts';

interface Holder {
  readonly what: string;
  readonly sinceMs: number;
  overdue: boolean;
  readonly done: Promise<void>;
}

/** Lets one call at a time onto a path, so that a path that never answers holds one thread and not all of them. */
export class PathQueue {
  readonly #clock: Clock;
  readonly #holders = new Map<string, Holder>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for the path; resolves to the function that gives it back. Throws `SourceError` (timeout). */
  async enter(path: string, what: string, timeoutMs: number, signal?: AbortSignal): Promise<() => void> {
    const deadlineMs = this.#clock.monotonicMs() + timeoutMs;
    for (let holder = this.#holders.get(path); holder; holder = this.#holders.get(path)) {
      if (holder.overdue) {
        const seconds = Math.round((this.#clock.monotonicMs() - holder.sinceMs) / 1000);
        throw new SourceError('timeout', `${what}: ${holder.what} has not returned for ${seconds} s`);
      }
      await this.within(holder.done, what, deadlineMs - this.#clock.monotonicMs(), signal);
    }
    return this.#take(path, what, deadlineMs);
  }

  /** The promise, or a `SourceError` (timeout) when the time is over or the signal fires first. */
  async within<T>(promise: Promise<T>, what: string, timeoutMs: number, signal?: AbortSignal): Promise<T> {
    const { promise: given, reject } = Promise.withResolvers<never>();
    const late = (): void =>
      reject(new SourceError('timeout', `${what}: no answer within ${Math.round(timeoutMs)} ms`));
    const timer = setTimeout(late, Math.max(0, timeoutMs));
    signal?.addEventListener('abort', late, { once: true });
    if (signal?.aborted) late();
    try {
      return await Promise.race([promise, given]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', late);
    }
  }

  /** Age of the oldest call that is past its deadline, in milliseconds; 0 if there is none. */
  stuckMs(): number {
    const now = this.#clock.monotonicMs();
    return Math.max(0, ...this.#overdue().map((holder) => now - holder.sinceMs));
  }

  stuckCalls(): number {
    return this.#overdue().length;
  }

  #overdue(): Holder[] {
    return [...this.#holders.values()].filter((holder) => holder.overdue);
  }

  #take(path: string, what: string, deadlineMs: number): () => void {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const holder: Holder = { what, sinceMs: this.#clock.monotonicMs(), overdue: false, done };
    const timer = setTimeout(
      () => {
        holder.overdue = true;
        resolve();
      },
      Math.max(0, deadlineMs - this.#clock.monotonicMs()),
    );
    this.#holders.set(path, holder);
    return () => {
      clearTimeout(timer);
      this.#holders.delete(path);
      resolve();
    };
  }
}
