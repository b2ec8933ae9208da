import type { FileCallOptions, Files } from '../../core/host.ts';
import { lookAtModel } from './look.ts';
import type { FileContent, ModelFormat, ProgramUser } from './types.ts';
import { judgeModel } from './verdict.ts';
import type { ModelVerdict } from './verdict.ts';

export interface ModelReader {
  /** One look. Throws `SourceError` when the path does not answer. */
  look(call: FileCallOptions, user?: ProgramUser): Promise<ModelVerdict>;
}

/** Looks at one model again and again, and reads inside a file only when it has changed. */
export function createModelReader(
  files: Files,
  path: string,
  { format, content = true }: { readonly format?: ModelFormat; readonly content?: boolean },
): ModelReader {
  const contents = new Map<string, FileContent>();

  return {
    async look(call, user) {
      const known = Object.fromEntries([...contents].map(([file, { fingerprint }]) => [file, fingerprint]));
      const look = await files.call(
        lookAtModel,
        path,
        { known, content, ...(format === undefined ? {} : { format }), ...(user === undefined ? {} : { user }) },
        call,
      );
      for (const file of look.files) {
        if (file.content !== undefined) contents.set(file.path, file.content);
        else if (contents.get(file.path)?.fingerprint !== file.status?.fingerprint) contents.delete(file.path);
      }
      return judgeModel(look, contents);
    },
  };
}
