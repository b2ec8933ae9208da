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

interface Room<Carried> {
  resident: Resident<Carried> | undefined;
  /** The call that is running, or ran last. */
  turn: Promise<unknown>;
  calls: number;
  usedMs: number;
}

/** A log that nobody asked about for so long is not followed any more; its position finds it again. */
const forgottenMs = 900_000;

export function createResidents<Carried>(carry: (position: TailPosition | undefined) => Carried): Residents<Carried> {
  const rooms = new Map<string, Room<Carried>>();

  async function resumed(room: Room<Carried>, options: TailOptions): Promise<Resident<Carried>> {
    const known = room.resident;
    const how = known ? await known.tail.resume(options.position) : 'unknown';
    if (known && how === 'continued') return known;
    if (known && how === 'unknown') await known.tail.close();
    const tail = known && how === 'rewound' ? known.tail : createTail(options);
    room.resident = { tail, carried: carry(options.position) };
    return room.resident;
  }

  function roomOf(key: string): Room<Carried> {
    const known = rooms.get(key) ?? { resident: undefined, turn: Promise.resolve(), calls: 0, usedMs: 0 };
    rooms.set(key, known);
    return known;
  }

  async function closeForgotten(): Promise<void> {
    for (const [key, { resident, calls, usedMs }] of rooms) {
      if (calls > 0 || performance.now() - usedMs < forgottenMs) continue;
      rooms.delete(key);
      await resident?.tail.close();
    }
  }

  return {
    async use(consumer, options, work) {
      const room = roomOf(JSON.stringify([consumer, options.path]));
      room.calls += 1;
      const turn = room.turn.then(async () => work(await resumed(room, options)));
      room.turn = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        room.calls -= 1;
        room.usedMs = performance.now();
        await closeForgotten();
      }
    },
    async closeAll() {
      const open = [...rooms.values()];
      rooms.clear();
      for (const { resident, turn } of open) {
        await turn;
        await resident?.tail.close();
      }
    },
  };
}
