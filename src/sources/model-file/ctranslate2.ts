import type { ByteSource } from '../gguf/types.ts';
import { cutOff } from './size-facts.ts';
import type { SizeFacts } from './size-facts.ts';

// Layout of model.bin: _serialize in CTranslate2's python/ctranslate2/specs/model_spec.py. Version 6 is current; 4 brought
// the layout of variables that is read here. All numbers are little endian.
const oldestVersion = 4;
const newestVersion = 6;
// whisper-large has about 1,300.
const maxVariables = 100_000;

/** How long a CTranslate2 `model.bin` must be, by hopping from variable to variable. */
export async function readCtranslate2Size(source: ByteSource): Promise<SizeFacts> {
  const walk = createWalk(source);
  const version = await walk.number(4);
  if (version === undefined) return cut(source, 4);
  if (version < oldestVersion) return { state: 'invalid', problem: `no CTranslate2 model: it begins with ${version}` };
  if (version > newestVersion) return { state: 'unknown', problem: `CTranslate2 format ${version}` };
  await walk.skipText(); // the specification's name
  await walk.number(4); // and revision
  const variables = (await walk.number(4)) ?? 0;
  if (variables > maxVariables) return { state: 'invalid', problem: `${variables} variables` };
  for (let index = 0; index < variables && !walk.ended(); index += 1) {
    await walk.skipText();
    const rank = (await walk.number(1)) ?? 0;
    walk.skip(rank * 4 + 1);
    walk.skip((await walk.number(4)) ?? 0);
  }
  const aliases = (await walk.number(4)) ?? 0;
  if (aliases > maxVariables) return { state: 'invalid', problem: `${aliases} aliases` };
  for (let index = 0; index < aliases * 2 && !walk.ended(); index += 1) await walk.skipText();
  return walk.ended() ? cut(source, walk.position()) : { state: 'valid', requiredBytes: walk.position() };
}

function cut({ sizeBytes }: ByteSource, atLeast: number): SizeFacts {
  return cutOff(Math.max(atLeast, sizeBytes + 1));
}

interface Walk {
  position(): number;
  /** The walk has gone beyond the end of the file; numbers are undefined from there on. */
  ended(): boolean;
  skip(bytes: number): void;
  number(bytes: 1 | 2 | 4): Promise<number | undefined>;
  skipText(): Promise<void>;
}

function createWalk(source: ByteSource): Walk {
  const window = Buffer.alloc(4096);
  let start = 0;
  let length = 0;
  let at = 0;
  let short = false;

  async function number(bytes: 1 | 2 | 4): Promise<number | undefined> {
    if (at < start || at + bytes > start + length) {
      start = at;
      length = at < source.sizeBytes ? await source.read(window, at) : 0;
    }
    if (at + bytes > start + length) {
      short = true;
      return undefined;
    }
    at += bytes;
    return window.readUIntLE(at - bytes - start, bytes);
  }

  return {
    position: () => at,
    ended: () => short || at > source.sizeBytes,
    skip: (bytes) => {
      at += bytes;
    },
    number,
    skipText: async () => {
      const bytes = (await number(2)) ?? 0;
      at += bytes;
    },
  };
}
