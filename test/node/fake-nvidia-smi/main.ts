/** A stand-in for nvidia-smi: `main.ts FOLDER ARG…`. What it does is written in the folder, see `setup.ts`. */
import { spawn } from 'node:child_process';
import { appendFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer } from './answer.ts';
import type { FakeAnswer } from './answer.ts';
import { readClaims, readSetup } from './setup.ts';

const [folder = '', ...args] = process.argv.slice(2);
const setup = readSetup(folder);
appendFileSync(join(folder, 'starts.jsonl'), `${JSON.stringify({ pid: process.pid, args })}\n`);
const concerned = setup.only === undefined || args.some((each) => each.startsWith(setup.only ?? ''));
const mode = concerned ? setup.mode : 'ok';
const good = answer(args, { ...setup, mode }, readClaims(folder));

switch (mode) {
  case 'ok':
  case 'lost-card':
  case 'no-driver':
    print(good);
    break;
  case 'slow':
    setTimeout(() => print(good), setup.delayMs ?? 1_000);
    break;
  case 'hang':
    stay();
    break;
  case 'ignore-sigterm':
    process.on('SIGTERM', () => undefined);
    stay();
    break;
  case 'unkillable':
    process.execve?.('/usr/bin/env', [
      'env',
      'python3',
      fileURLToPath(new URL('unkillable.py', import.meta.url)),
      folder,
    ]);
    break;
  case 'orphan-child':
    spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'inherit'] }).unref();
    print(good);
    break;
  case 'garbage':
    print({
      exitCode: 0,
      stdout: Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * i * 31) % 251)).toString('latin1'),
      stderr: '',
    });
    break;
  case 'half-row':
    print({ ...good, stdout: good.stdout.slice(0, Math.max(0, good.stdout.trimEnd().length - 40)) });
    break;
  case 'exit':
    print({ exitCode: setup.exitCode ?? 1, stdout: setup.output ?? '', stderr: '' });
    break;
}

// Written at once: nothing may be left to write when it ends.
function print({ exitCode, stdout, stderr }: FakeAnswer): void {
  if (stdout !== '') writeSync(1, stdout);
  if (stderr !== '') writeSync(2, stderr);
  process.exitCode = exitCode;
}

function stay(): void {
  setInterval(() => undefined, 60_000);
}
