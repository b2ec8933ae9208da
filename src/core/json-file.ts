import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { errorCode, errorMessage } from './errors.ts';
import type { Logger } from './host.ts';

export interface JsonFile<T> {
  /** The content, or undefined if there is none that can be used; a damaged or foreign file is set aside first. */
  read(): Promise<T | undefined>;
  /** Replaces the file by rename, so that a reader and a crash see the old or the new one, never half of one. */
  write(content: T, options: { sync: boolean }): Promise<void>;
}

/** A file of the state directory: a JSON object with a format tag around its content. */
export function createJsonFile<T>(path: string, format: string, content: z.ZodType<T>, log: Logger): JsonFile<T> {
  return {
    async read(): Promise<T | undefined> {
      const text = await readIfThere(path);
      if (text === undefined) return undefined;
      try {
        return parseContent(text, format, content);
      } catch (error) {
        await setAside(path, format, problemOf(error), log);
        return undefined;
      }
    },
    async write(value, { sync }): Promise<void> {
      const temporary = `${path}.new`;
      const file = await open(temporary, 'w', 0o640);
      try {
        await file.writeFile(JSON.stringify({ format, content: value }));
        if (sync) await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    },
  };
}

/** The content of such a file that belongs to another process: undefined if there is none. Throws where it cannot be used. */
export async function peekJsonFile<T>(path: string, format: string, content: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  try {
    return text === undefined ? undefined : parseContent(text, format, content);
  } catch (error) {
    throw new Error(`${path}: ${problemOf(error)}`, { cause: error });
  }
}

function parseContent<T>(text: string, format: string, content: z.ZodType<T>): T {
  return z.object({ format: z.literal(format), content }).parse(JSON.parse(text)).content;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function setAside(path: string, format: string, problem: string, log: Logger): Promise<void> {
  const aside = `${path}.unusable`;
  await rm(aside, { force: true });
  await rename(path, aside);
  log.warn('state file set aside, counting begins anew', { file: path, kept_as: aside, expected: format, problem });
}

function problemOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return errorMessage(error).slice(0, 200);
  const issue = error.issues[0];
  return issue === undefined ? 'unexpected content' : `${issue.path.join('.') || 'top level'}: ${issue.message}`;
}
