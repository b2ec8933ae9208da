/** The fake nvidia-smi without a process: for tests that need hundreds of answers. */
import type { Exec, ExecResult } from '../../../src/core/host.ts';
import { answer } from '../../node/fake-nvidia-smi/answer.ts';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';
import type { FakeSetup } from '../../node/fake-nvidia-smi/setup.ts';

export interface FakeExec {
  readonly exec: Exec;
  /** Arguments of every call. */
  readonly calls: string[][];
  setup: FakeSetup;
  /** Instead of what the setup answers. */
  override: ((args: readonly string[], good: ExecResult) => ExecResult) | undefined;
}

export function createFakeExec(setup: Partial<FakeSetup> = {}): FakeExec {
  const fake: FakeExec = {
    setup: { mode: 'ok', driver: '590.48.01', cards: [h100()], ...setup },
    calls: [],
    override: undefined,
    exec: ([, ...args]) => {
      fake.calls.push(args);
      const good = finished(answer(args, fake.setup));
      return Promise.resolve(fake.override?.(args, good) ?? good);
    },
  };
  return fake;
}

export function finished(result: Partial<ExecResult>): ExecResult {
  return { stdout: '', stderr: '', timedOut: false, outputTruncated: false, exited: Promise.resolve(), ...result };
}
