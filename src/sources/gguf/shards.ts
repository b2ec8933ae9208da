/** Names of the files that a split model consists of, from the name of any of them; undefined if it is not split. */
export function shardPaths(path: string): readonly string[] | undefined {
  const match = pattern.exec(path);
  const [, prefix = '', number = '', total = ''] = match ?? [];
  const count = Number(total);
  if (match === null || count < 1 || count > maxShards || Number(number) < 1 || Number(number) > count)
    return undefined;
  return Array.from(
    { length: count },
    (_, index) => `${prefix}-${String(index + 1).padStart(5, '0')}-of-${total}.gguf`,
  );
}

/** Number of this shard, from 1; undefined if the name is not that of a shard. */
export function shardNumber(path: string): number | undefined {
  const number = pattern.exec(path)?.[2];
  return number === undefined ? undefined : Number(number);
}

// llama_split_path in llama.cpp: "%s-%05d-of-%05d.gguf", counted from 1.
const pattern = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/;
// The largest published models have about 150.
const maxShards = 1_000;
