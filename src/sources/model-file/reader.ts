import type { FileCallOptions, Files } from '../../core/host.ts';
import { lookAtModel } from './look.ts';
import type { FileContent, LookArgs, ProgramUser } from './types.ts';
import { judgeModel } from './verdict.ts';
import type { ModelVerdict } from './verdict.ts';

export interface ModelReader {
  /** One look. Throws `SourceError` when the path does not answer. */
  look(call: FileCallOptions, user?: ProgramUser): Promise<ModelVerdict>;
}

/** How to look: `LookArgs` without what changes from look to look. */
export type ReaderOptions = Pick<LookArgs, 'format' | 'assume'> & { readonly content?: boolean };

/** Looks at one model again and again, and reads inside a file only when it has changed. */
export function createModelReader(
  files: Files,
  path: string,
  { content = true, ...options }: ReaderOptions,
): ModelReader {
  const contents = new Map<string, FileContent>();

  return {
    async look(call, user) {
      const known = Object.fromEntries([...contents].map(([file, { fingerprint }]) => [file, fingerprint]));
      const args: LookArgs = { ...options, known, content, ...(user === undefined ? {} : { user }) };
      const look = await files.call(lookAtModel, path, args, call);
      for (const file of look.files) {
        if (file.content !== undefined) contents.set(file.path, file.content);
        else if (contents.get(file.path)?.fingerprint !== file.status?.fingerprint) contents.delete(file.path);
      }
      return judgeModel(look, contents);
    },
  };
}
