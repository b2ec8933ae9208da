/**
 * A process that writes a numbered log and rotates it, while the test reads:
 * `node writer-process.ts '{"path":…,"mode":…,"fast":…,"durationMs":…}'`; prints how many lines it wrote.
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
  readonly durationMs: number;
}

const rotateEveryMs = 60;
const breakMs = 25;

export async function writeLog({ path, mode, fast, durationMs }: WriterOptions): Promise<number> {
  const appends = mode !== 'rename';
  const writer = createLogWriter(path, { append: appends });
  const begin = performance.now();
  let rotateAt = begin + rotateEveryMs;

  function put(): void {
    if (mode === 'whole lines') writer.writeLines(fast ? 6000 : 30);
    else writer.write(fast ? 6000 : 30);
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  async function writeFor(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(fast ? 1 : 3)) put();
  }

  const rotations: Record<WriterOptions['mode'], () => Promise<void> | void> = {
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

  while (performance.now() - begin < durationMs) {
    put();
    if (performance.now() >= rotateAt) {
      await rotations[mode]();
      rotateAt = performance.now() + rotateEveryMs;
    }
    await pause(fast ? 1 : 3);
  }
  writer.endLine();
  writer.close();
  return writer.lines();
}

const [, , options] = process.argv;
if (import.meta.main && options !== undefined) {
  process.stdout.write(String(await writeLog(JSON.parse(options) as WriterOptions)));
}
