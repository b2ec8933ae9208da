/**
 * Stand-in for the GPU worker, `python src/backend/worker.py`: no port, log lines as Python's logging writes them.
 * STAND_IN_FAULT: exits-zero (after STAND_IN_AFTER_SECONDS), cpu-fallback (faster-whisper finds no usable GPU).
 * STAND_IN_GPU: where the fake nvidia-smi is told of memory.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChatter } from './chatter.ts';

const fault = process.env['STAND_IN_FAULT'];
const taskQueue = `transcribe${process.env['TASK_QUEUE_SUFFIX'] ?? ''}`;

// Who outlives supervisord's end of the pipe works on, as Python's logging does.
process.stderr.on('error', () => undefined);
process.once('SIGTERM', () => {
  info('worker: shutting down');
  process.exit(0);
});
info(`worker: mode ${process.env['WORKER_MODE']}, task queue ${taskQueue}, identity ${process.pid}@node1@gpu`);
info('worker: loading Whisper model large-v3');
if (fault === 'cpu-fallback') warnOfCpuFallback();
else claimGpuMemory(5_120);
info('worker: started');
startChatter((number) => `${timestamp(',')} INFO worker: job-${number}.wav transcribed in 3.2 s, 0 errors`);

if (fault === 'exits-zero') {
  await delay(Number(process.env['STAND_IN_AFTER_SECONDS'] ?? 3) * 1000);
  info('worker: nothing left to do, stopping');
  process.exit(0);
}
setInterval(() => info('worker: polling'), 10_000);

/** Tells the fake nvidia-smi. */
function claimGpuMemory(mebibytes: number): void {
  const claims = process.env['STAND_IN_GPU'];
  if (claims !== undefined) writeFileSync(join(claims, String(process.pid)), String(mebibytes));
}

/** CTranslate2's own words when a float16 model meets a device that cannot do it. */
function warnOfCpuFallback(): void {
  log(
    `[${timestamp('.')}] [ctranslate2] [thread ${process.pid}] [warning] The compute type inferred from the saved model is ` +
      'float16, but the target device or backend do not support efficient float16 computation. The model weights have been ' +
      'automatically converted to use the float32 compute type instead.',
  );
}

function info(message: string): void {
  log(`${timestamp(',')} INFO ${message}`);
}

/** Local time, as Python and CTranslate2 write it. */
function timestamp(beforeMs: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('.', beforeMs).replace('Z', '');
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
