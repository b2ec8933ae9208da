/** One line of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
export interface Mount {
  readonly id: number;
  readonly parentId: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or a part of it for bind mounts and cgroup namespaces. */
  readonly root: string;
  /** Where it is mounted, as the process sees it. */
  readonly mountPoint: string;
  /** Of this mount: `ro` here makes only this view of the file system read-only. */
  readonly options: readonly string[];
  readonly fsType: string;
  /** Of the file system itself. */
  readonly superOptions: readonly string[];
}

/** Parses mountinfo; lines that are none are left out. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): Mount | undefined {
  const fields = line.split(' ');
  // A varying number of optional fields stands before the separator.
  const separator = fields.indexOf('-', 6);
  const [id, parentId, device, root, mountPoint, options] = fields;
  const [fsType, , superOptions] = fields.slice(separator + 1);
  if (separator < 0 || fsType === undefined || !isId(id) || !isId(parentId)) return undefined;
  if (device === undefined || root === undefined || mountPoint === undefined || options === undefined) return undefined;
  return {
    id: Number(id),
    parentId: Number(parentId),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    options: options.split(','),
    fsType,
    superOptions: (superOptions ?? '').split(',').filter((option) => option !== ''),
  };
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text);
}

/** The kernel writes blanks, newlines, `#` and backslashes in names as three octal digits; other bytes as they are. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
