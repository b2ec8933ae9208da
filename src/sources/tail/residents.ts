/** Readers that stay in the agent process between two calls: open files are what makes following exact. */
import { createTail } from './reader.ts';
import type { Tail } from './reader.ts';
import type { TailOptions } from './state.ts';
import type { TailPosition } from './types.ts';

/** A tail and what its consumer carries from call to call. */
export interface Resident<Carried> {
  readonly tail: Tail;
  readonly carried: Carried;
}

export interface Residents<Carried> {
  /**
   * Runs `work` with the reader of this consumer and path, resumed at `options.position`; calls for one reader follow
   * each other. What was carried is made anew whenever the bytes come again from the position.
   */
  use<Result>(
    consumer: string,
    options: TailOptions,
    work: (resident: Resident<Carried>) => Promise<Result>,
  ): Promise<Result>;
  closeAll(): Promise<void>;
}

export function createResidents<Carried>(carry: (position: TailPosition | undefined) => Carried): Residents<Carried> {
  const residents = new Map<string, Resident<Carried>>();
  const turns = new Map<string, Promise<unknown>>();

  async function resumed(key: string, options: TailOptions): Promise<Resident<Carried>> {
    const known = residents.get(key);
    const how = known ? await known.tail.resume(options.position) : 'unknown';
    if (known && how === 'continued') return known;
    if (known && how === 'unknown') await known.tail.close();
    const tail = known && how === 'rewound' ? known.tail : createTail(options);
    const resident = { tail, carried: carry(options.position) };
    residents.set(key, resident);
    return resident;
  }

  return {
    use(consumer, options, work) {
      const key = JSON.stringify([consumer, options.path]);
      const turn = (turns.get(key) ?? Promise.resolve()).then(async () => work(await resumed(key, options)));
      turns.set(
        key,
        turn.catch(() => undefined),
      );
      return turn;
    },
    async closeAll() {
      const open = [...residents.values()];
      residents.clear();
      turns.clear();
      for (const { tail } of open) await tail.close();
    },
  };
}
