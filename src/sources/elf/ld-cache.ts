/** Where ldconfig found each library: paths by name, in the order in which the loader takes them. */
export type LibraryCache = ReadonlyMap<string, readonly string[]>;

// dl-cache.h of the GNU C library: `struct cache_file_new` and its `struct file_entry_new`, all numbers little-endian on
// the machines that Node runs on. Older files begin with another table, which only very old loaders read.
const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;
const maxEntries = 100_000;

/** Parses /etc/ld.so.cache; undefined for what is none. */
export function parseLibraryCache(content: Buffer): LibraryCache | undefined {
  const start = content.indexOf(magic);
  if (start < 0 || content.length < start + headerBytes) return undefined;
  const count = content.readUInt32LE(start + 20);
  if (count > maxEntries || start + headerBytes + count * entryBytes > content.length) return undefined;
  const textAt = (offset: number): string | undefined => {
    const end = content.indexOf(0, start + offset);
    return end < 0 ? undefined : content.toString('utf8', start + offset, end);
  };
  const found = new Map<string, string[]>();
  for (let index = 0; index < count; index += 1) {
    const at = start + headerBytes + index * entryBytes;
    const name = textAt(content.readUInt32LE(at + 4));
    const path = textAt(content.readUInt32LE(at + 8));
    if (name !== undefined && path?.startsWith('/')) found.set(name, [...(found.get(name) ?? []), path]);
  }
  return found;
}
