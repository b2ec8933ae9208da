/**
 * A process that writes a numbered log and rotates it, while the test reads:
 * `node writer-process.ts '{"path":…,"mode":…,"fast":…,"rotations":…}'`; prints how many lines it wrote.
 */
import { createLogWriter } from './log-writer.ts';

export const modes = [
  'plain',
  'whole lines',
  'rename',
  'rename, create later',
  'rename, stay in the old file',
  'two or three renames at once',
  'rename by date',
  'rename and compress',
] as const;

export interface WriterOptions {
  readonly path: string;
  readonly mode: (typeof modes)[number];
  readonly fast: boolean;
  /** It ends after so many rotations, or breaks in their place. */
  readonly rotations: number;
}

const rotateEveryMs = 60;
const breakMs = 25;

export async function writeLog({ path, mode, fast, rotations }: WriterOptions): Promise<number> {
  const appends = mode !== 'rename';
  const writer = createLogWriter(path, { append: appends });
  function put(): void {
    if (mode === 'whole lines') writer.writeLines(fast ? 6000 : 60);
    else writer.write(fast ? 6000 : 60);
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  async function writeFor(ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let pieces = 0; pieces < 5 || performance.now() < end; pieces += 1) {
      put();
      await pause(fast ? 1 : 3);
    }
  }

  const rotate: Record<WriterOptions['mode'], () => Promise<void> | void> = {
    plain: () => undefined,
    'whole lines': () => undefined,
    rename() {
      writer.rename('number');
      writer.reopen();
    },
    async 'rename, create later'() {
      writer.rename('number');
      await pause(breakMs);
      writer.reopen();
    },
    async 'rename, stay in the old file'() {
      writer.rename('number');
      await writeFor(breakMs);
      writer.reopen();
    },
    'two or three renames at once'() {
      for (let nth = 0; nth < 3; nth += 1) {
        put();
        writer.rename('number');
        writer.reopen();
      }
    },
    'rename by date'() {
      writer.rename('date');
      writer.reopen();
    },
    'rename and compress'() {
      writer.rename('number');
      writer.reopen();
      put();
      writer.compress();
    },
  };

  for (let rotation = 0; rotation < rotations; rotation += 1) {
    await writeFor(rotateEveryMs);
    await rotate[mode]();
  }
  put();
  writer.endLine();
  writer.close();
  return writer.lines();
}

const [, , options] = process.argv;
if (import.meta.main && options !== undefined) {
  process.stdout.write(String(await writeLog(JSON.parse(options) as WriterOptions)));
}
