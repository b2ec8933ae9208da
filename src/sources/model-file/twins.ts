import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { listDirectory } from './listing.ts';
import type { Listing } from './listing.ts';
import type { Twin } from './types.ts';

// Named in evidence; more would not help.
const maxTwins = 8;

/** Files near `path` that tell of a download of it which has not ended, or was given up. */
export async function findTwins(path: string, listing: Listing): Promise<readonly Twin[]> {
  const twins = [
    ...partialNamesOf(basename(path), listing.names),
    ...(await huggingFaceLocalTwins(path, listing)),
    ...(await huggingFaceBlobTwins(path)),
    ...(await twinsInDirectories(path, listing)),
  ];
  return twins.slice(0, maxTwins);
}

/** Those of `names` that downloaders give to an unfinished `name`. */
export function partialNamesOf(name: string, names: Iterable<string>): Twin[] {
  return [...names].flatMap((each) => {
    const inPlace = isControlFile(name, each);
    return inPlace || isPartial(name, each) ? [{ name: each, inPlace }] : [];
  });
}

// They lie next to a file that is written under its final name, and go when it is whole: aria2, axel, lftp.
const controlSuffixes: readonly string[] = ['.aria2', '.st', '.lftp-pget-status'];

const partialSuffixes: readonly string[] = [
  '.part',
  '.partial',
  '.incomplete',
  '.tmp',
  '.temp',
  '.download',
  '.crdownload',
  '.filepart',
  '.downloadInProgress', // llama.cpp
  '-partial', // ollama
  '_.gstmp', // gsutil and gcloud storage
];

function isControlFile(name: string, other: string): boolean {
  return controlSuffixes.some((suffix) => other === name + suffix);
}

function isPartial(name: string, other: string): boolean {
  if (partialSuffixes.some((suffix) => other === name + suffix)) return true;
  if (other.startsWith(`${name}.`)) {
    const rest = other.slice(name.length + 1);
    // `.1a2b3c4d` of the aws command line and boto3, `.1a2b3c4d.partial` of rclone.
    return /^[\da-f]{8}$/i.test(rest) || /^[\da-z]{6,16}\.partial$/i.test(rest);
  }
  // `.NAME.x1Y2z3` of rsync, `.in.NAME` of lftp, `.azDownload-GUID-NAME` of azcopy.
  if (other.startsWith(`.${name}.`)) return /^[\da-z]{6}$/i.test(other.slice(name.length + 2));
  return (
    other === `.in.${name}.` || other === `.in.${name}` || (other.startsWith('.azDownload-') && other.endsWith(name))
  );
}

// Where unfinished files keep their name: rsync's usual --partial-dir and its --delay-updates, ModelScope.
const partialDirectories: readonly string[] = ['.rsync-partial', '.~tmp~', '._____temp'];

async function twinsInDirectories(path: string, listing: Listing): Promise<Twin[]> {
  const found: Twin[] = [];
  for (const directory of partialDirectories.filter((each) => listing.names.has(each))) {
    const { names } = await listDirectory(join(dirname(path), directory));
    if (names.has(basename(path))) found.push({ name: join(directory, basename(path)), inPlace: false });
  }
  return found;
}

/** `hf download --local-dir` keeps unfinished files below the directory that it downloads to. */
async function huggingFaceLocalTwins(path: string, listing: Listing): Promise<Twin[]> {
  if (!listing.names.has('.cache')) return [];
  const below = join('.cache', 'huggingface', 'download');
  const { names } = await listDirectory(join(dirname(path), below));
  const name = basename(path);
  const hash = createHash('sha1').update(`${name}.metadata`).digest('base64url');
  return [...names]
    .filter((each) => each.endsWith('.incomplete') && (each.startsWith(`${name}.`) || each.startsWith(hash)))
    .map((each) => ({ name: join(below, each), inPlace: false }));
}

/** In a Hugging Face cache the name is a link to a blob, and the unfinished file lies next to the blob. */
async function huggingFaceBlobTwins(path: string): Promise<Twin[]> {
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined || target === path || basename(dirname(target)) !== 'blobs') return [];
  const { names } = await listDirectory(dirname(target));
  const incomplete = `${basename(target)}.incomplete`;
  return names.has(incomplete) ? [{ name: join('blobs', incomplete), inPlace: false }] : [];
}
