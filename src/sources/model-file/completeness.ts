import { basename } from 'node:path';
import { shardNumber } from '../gguf/shards.ts';
import type { FileContent, FileLook, ModelLook } from './types.ts';

export interface Completeness {
  /** Undefined when the format, or a tensor type, does not tell. */
  readonly complete: boolean | undefined;
  readonly requiredBytes: number | undefined;
  readonly problems: readonly string[];
}

/** Whether everything that belongs to a model is there, to the byte where its format says how much that is. */
export function completenessOf(look: ModelLook, contents: ReadonlyMap<string, FileContent>): Completeness {
  const parts = look.files.map((file) => partOf(file, contents.get(file.path), look.files.length));
  const missing = look.missing.map((name): Completeness => incomplete(`${name} is missing`));
  const all = [...parts, ...missing];
  return {
    complete: conjunction(all.map(({ complete }) => complete)),
    requiredBytes: all.reduce<number | undefined>(
      (total, { requiredBytes }) =>
        total === undefined || requiredBytes === undefined ? undefined : total + requiredBytes,
      all.length === 0 ? undefined : 0,
    ),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function partOf(file: FileLook, content: FileContent | undefined, files: number): Completeness {
  if (file.present === false) return { complete: false, requiredBytes: undefined, problems: [] };
  const sizeBytes = file.status?.sizeBytes;
  if (sizeBytes === 0) return incomplete('it is empty');
  // Not read: nothing is known of what is inside.
  if (content === undefined || sizeBytes === undefined)
    return { complete: undefined, requiredBytes: undefined, problems: [] };
  const { state, problem, requiredBytes, minimumBytes = 0 } = content;
  const misplaced = shardProblem(file.path, content, files);
  if (misplaced !== undefined) return { ...incomplete(misplaced), requiredBytes };
  if (state === 'invalid') return { ...incomplete(problem ?? 'it is not valid'), requiredBytes };
  if (sizeBytes < (requiredBytes ?? minimumBytes)) {
    return {
      ...incomplete(`${sizeBytes} of ${requiredBytes ?? `at least ${minimumBytes}`} bytes are there`),
      requiredBytes,
    };
  }
  if (state === 'unknown')
    return { complete: undefined, requiredBytes, problems: problem === undefined ? [] : [problem] };
  return { complete: true, requiredBytes, problems: [] };
}

function incomplete(problem: string): Completeness {
  return { complete: false, requiredBytes: undefined, problems: [problem] };
}

/** llama.cpp finds the other shards by name, and refuses a shard that is not what its name says. */
function shardProblem(path: string, { split }: FileContent, files: number): string | undefined {
  if (split === undefined) return undefined;
  const number = shardNumber(path);
  const said = `${basename(path)} says that it is shard ${split.index + 1} of ${split.count}`;
  if (number === undefined) return `${said}, but its name does not`;
  return number === split.index + 1 && files === split.count ? undefined : `${said}, but its name says otherwise`;
}

function conjunction(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) || values.length === 0 ? undefined : true;
}
