import type { Cursor } from './cursor.ts';
import { ggmlType, unknownTypeName } from './ggml-types.ts';
import { invalid, notWritten } from './problems.ts';

export interface TensorExtent {
  /** End of the last tensor whose size is known, from the beginning of the data. */
  readonly knownEnd: number;
  readonly parameters: number;
  readonly unknownTypes: readonly string[];
  /** The type that holds most bytes. */
  readonly mainType: string | undefined;
}

/** Reads `count` tensor descriptions and keeps only what they add up to. Throws `HeaderProblem`. */
export async function readTensors(cursor: Cursor, count: number): Promise<TensorExtent> {
  const bytesByType = new Map<string, number>();
  const unknownTypes = new Set<string>();
  const extents: Extent[] = [];
  let knownEnd = 0;
  let parameters = 0;
  for (let index = 0; index < count; index += 1) {
    const tensor = await readTensor(cursor);
    const { name, bytes } = sizeOf(tensor);
    if (bytes === undefined) unknownTypes.add(name);
    else bytesByType.set(name, (bytesByType.get(name) ?? 0) + bytes);
    if (bytes !== undefined && bytes > 0) extents.push([tensor.offset, bytes]);
    // A tensor of unknown size begins where it begins.
    knownEnd = Math.max(knownEnd, exact(tensor.offset + (bytes ?? 0), 'the end of a tensor'));
    parameters = exact(parameters + tensor.elements, 'the number of parameters');
  }
  refuseOverlap(extents);
  const mainType = [...bytesByType].toSorted(([, a], [, b]) => b - a)[0]?.[0];
  return { knownEnd, parameters, unknownTypes: [...unknownTypes].slice(0, maxUnknownTypes), mainType };
}

type Extent = readonly [offset: number, bytes: number];

interface Tensor {
  readonly rowElements: number;
  readonly elements: number;
  readonly type: number;
  readonly offset: number;
}

// ggml itself allows 63 bytes in a name and 4 dimensions (GGML_MAX_NAME, GGML_MAX_DIMS).
const maxNameBytes = 65_535;
const maxDimensions = 4;
const maxUnknownTypes = 16;

async function readTensor(cursor: Cursor): Promise<Tensor> {
  if (!cursor.has(8)) await cursor.need(8);
  const nameBytes = cursor.u64('the length of a name');
  if (nameBytes === 0) throw invalid(notWritten);
  if (nameBytes > maxNameBytes) throw invalid(`a tensor name of ${nameBytes} bytes`);
  cursor.skip(nameBytes);
  if (!cursor.has(4)) await cursor.need(4);
  const dimensions = cursor.u32();
  if (dimensions > maxDimensions) throw invalid(`a tensor of ${dimensions} dimensions`);
  const rest = dimensions * 8 + 12;
  if (!cursor.has(rest)) await cursor.need(rest);
  let elements = 1;
  let rowElements = 1;
  for (let index = 0; index < dimensions; index += 1) {
    const length = cursor.u64('a dimension');
    // ggml would take it for an empty tensor, but no model has one.
    if (length === 0) throw invalid(notWritten);
    if (index === 0) rowElements = length;
    elements = exact(elements * length, 'the number of elements of a tensor');
  }
  return { rowElements, elements, type: cursor.u32(), offset: cursor.u64('the offset of a tensor') };
}

function sizeOf({ type: id, rowElements, elements }: Tensor): { name: string; bytes: number | undefined } {
  const type = ggmlType(id);
  if (type === undefined) return { name: unknownTypeName(id), bytes: undefined };
  const { name, blockElements, blockBytes } = type;
  if (rowElements % blockElements !== 0) {
    throw invalid(`a row of ${rowElements} elements is no multiple of the ${blockElements} of a ${name} block`);
  }
  return { name, bytes: exact((elements / blockElements) * blockBytes, 'the size of a tensor') };
}

/** Two tensors in one place: damaged, or the last of them not written yet. Gaps and any order are harmless. */
function refuseOverlap(extents: Extent[]): void {
  extents.sort(([a], [b]) => a - b);
  let end = 0;
  for (const [offset, bytes] of extents) {
    if (offset < end) throw invalid('tensors overlap: the header is damaged, or not wholly written');
    end = offset + bytes;
  }
}

/** No real model comes near 2^53; a header that does is damaged, and beyond it sums would be wrong. */
function exact(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw invalid(`${what} is impossibly large`);
  return value;
}
