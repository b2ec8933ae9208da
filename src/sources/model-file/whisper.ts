import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { contentKind } from './content.ts';
import { lookAtFile } from './file-look.ts';
import { listDirectory } from './listing.ts';
import type { Listing } from './listing.ts';
import { findTwins } from './twins.ts';
import type { FileLook, LookArgs, ModelLook, Twin } from './types.ts';

/**
 * A directory for faster-whisper: a converted model itself, a repository in a Hugging Face cache (`models--ORG--NAME` with
 * blobs, refs and snapshots), or a directory that holds some of either.
 */
export async function lookAtWhisperDirectory(path: string, args: LookArgs): Promise<ModelLook> {
  const parent = await listDirectory(join(path, '..'));
  const itself = await lookAtFile(path, { listing: parent, kind: undefined, user: undefined, known: undefined });
  const { error } = await listDirectory(path);
  const denied = itself.kind === 'directory' && error !== undefined;
  const parts = error === undefined ? await modelsIn(path) : [];
  const looks = [];
  for (const part of parts) looks.push(await lookAtPart(part, args));
  return {
    format: 'whisper',
    directory: denied ? { ...itself, opened: false, openError: error } : itself,
    files: looks.flatMap(({ files }) => files),
    missing: error === undefined && parts.length === 0 ? ['model.bin'] : looks.flatMap(({ missing }) => missing),
    twins: looks.flatMap(({ twins }) => twins).slice(0, maxTwins),
  };
}

// What faster_whisper.download_model asks for; without tokenizer.json it goes to the network for one.
const required: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['model.bin', /^model\.bin$/],
  ['config.json', /^config\.json$/],
  ['tokenizer.json', /^tokenizer\.json$/],
  ['vocabulary.*', /^vocabulary\.(?:json|txt)$/],
];

const maxParts = 32;
const maxTwins = 8;

/** Where the files of one model lie, and where its unfinished downloads would. */
interface Part {
  readonly directory: string;
  readonly listing: Listing;
  readonly blobs?: string;
}

async function modelsIn(path: string): Promise<readonly Part[]> {
  const own = await partOf(path);
  if (own !== undefined) return [own];
  const { names } = await listDirectory(path);
  const below = await Promise.all(
    [...names]
      .toSorted()
      .slice(0, maxParts)
      .map((name) => partOf(join(path, name))),
  );
  return below.filter((part) => part !== undefined).filter(({ listing }) => !isOfAnotherKind(listing));
}

const otherWeights = /\.(?:safetensors|onnx|msgpack|h5|pt|pth|ckpt)$|^pytorch_model.*\.bin$/;

/** WhisperX keeps its models for alignment and for speakers in the same place: they have no `model.bin`, and need none. */
function isOfAnotherKind({ names }: Listing): boolean {
  if (names.has('model.bin')) return false;
  const isBegun = [...names].some((name) => required.some(([, pattern]) => pattern.test(name)));
  // A snapshot that is empty may become anything.
  return [...names].some((name) => otherWeights.test(name)) || (names.size > 0 && !isBegun);
}

async function partOf(path: string): Promise<Part | undefined> {
  const listing = await listDirectory(path);
  const { names } = listing;
  if (names.has('model.bin') || names.has('config.json')) return { directory: path, listing };
  if (!names.has('snapshots') && !names.has('blobs')) return undefined;
  const blobs = join(path, 'blobs');
  // Blobs without a snapshot: the download has only begun, and every file is missing.
  const directory = join(path, 'snapshots', (await snapshotOf(path)) ?? 'none');
  return { directory, listing: await listDirectory(directory), blobs };
}

/** The commit that `refs/main` names, else the only snapshot. */
async function snapshotOf(repository: string): Promise<string | undefined> {
  const commit = await readFile(join(repository, 'refs', 'main'), 'utf8').catch(() => '');
  if (/^[\da-f]{7,64}$/.test(commit.trim())) return commit.trim();
  const { names } = await listDirectory(join(repository, 'snapshots'));
  return [...names].toSorted()[0];
}

type PartLook = Pick<ModelLook, 'files' | 'missing' | 'twins'>;

async function lookAtPart({ directory, listing, blobs }: Part, args: LookArgs): Promise<PartLook> {
  const files: FileLook[] = [];
  const missing: string[] = [];
  for (const [label, pattern] of required) {
    const name = [...listing.names].find((each) => pattern.test(each));
    if (name === undefined) {
      missing.push(`${basename(directory)}/${label}`);
      continue;
    }
    const path = join(directory, name);
    const kind = args.content ? contentKind(path) : undefined;
    files.push(await lookAtFile(path, { listing, kind, user: args.user, known: args.known[path] }));
  }
  const expected = required.map(([label]) => join(directory, label));
  const twins = await Promise.all(expected.map((each) => findTwins(each, listing)));
  return { files, missing, twins: [...twins.flat(), ...(await incompleteBlobs(blobs))] };
}

async function incompleteBlobs(blobs: string | undefined): Promise<Twin[]> {
  if (blobs === undefined) return [];
  const { names } = await listDirectory(blobs);
  return [...names]
    .filter((name) => name.endsWith('.incomplete'))
    .map((name) => ({ name: join('blobs', name), inPlace: false }));
}
