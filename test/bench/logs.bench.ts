/** How fast events are found in a log, against mtail and grep with the same classes: `node test/bench/logs.bench.ts` */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLogEventReaders, readLogEvents } from '../../src/sources/log-classes/operation.ts';
import type { LogEventsResult } from '../../src/sources/log-classes/operation.ts';

const megabyte = 1_048_576;
const sizeBytes = 256 * megabyte;
// mtail would take minutes for all of it.
const mtailBytes = 16 * megabyte;
const samples = new URL('../captures/logs/', import.meta.url);
const program = new URL('logs.mtail', import.meta.url);

if (process.argv[2] === undefined) compare();
else process.stdout.write(JSON.stringify(await measure(process.argv[2], process.argv[3] ?? '')));

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), 'logs-bench-'));
  try {
    const [large, small] = [join(folder, 'large.log'), join(folder, 'small.log')];
    const page = nodeLog();
    write(large, page, sizeBytes);
    write(small, page, mtailBytes);
    process.stdout.write(`${describe(page)}\n`);
    const ours = measuredAlone(small, large);
    const grep = command('grep', ['-cE', alternation(), large], sizeBytes);
    const mtailArguments = ['--one_shot', '--progs', program.pathname, '--logs', small, '--port', '0'];
    const mtail = command('mtail', mtailArguments, mtailBytes);
    report('ours, through the reader', ours.rate);
    report('grep -cE', grep);
    report('mtail', mtail);
    if (grep !== undefined) process.stdout.write(`ours / grep   ${(ours.rate / grep).toFixed(2)}\n`);
    if (mtail !== undefined) process.stdout.write(`ours / mtail  ${(ours.rate / mtail).toFixed(0)}\n`);
    process.stdout.write(`memory grew by ${ours.grownMegabytes.toFixed(0)} MB, ${ours.events} events\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly rate: number;
  readonly events: number;
  readonly grownMegabytes: number;
}

/** In a process of its own, as the file agent is one. */
function measuredAlone(first: string, path: string): Measured {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, first, path], { encoding: 'utf8' });
  return JSON.parse(stdout) as Measured;
}

async function measure(first: string, path: string): Promise<Measured> {
  const beforeKilobytes = process.resourceUsage().maxRSS;
  await readAll(first);
  const startMs = performance.now();
  const events = await readAll(path);
  const result = { rate: rate(statSync(path).size, startMs), events };
  await closeLogEventReaders();
  return { ...result, grownMegabytes: (process.resourceUsage().maxRSS - beforeKilobytes) / 1024 };
}

async function readAll(path: string): Promise<number> {
  let events = 0;
  let result: LogEventsResult | undefined;
  do {
    const acknowledged = result?.position && { position: result.position, memory: result.memory };
    const request = { consumer: 'bench', startedMs: 1, userClasses: [], maxBytes: 4 * megabyte };
    result = await readLogEvents.run(path, { ...request, ...acknowledged });
    events += Object.values(result.counts).reduce((sum, count) => sum + count, 0);
  } while (!result.atEnd);
  return events;
}

function command(name: string, args: readonly string[], bytes: number): number | undefined {
  const startMs = performance.now();
  // Not /dev/null: grep would stop at the first match.
  const { error } = spawnSync(name, args, { env: { ...process.env, LC_ALL: 'C' }, stdio: 'pipe' });
  return error ? undefined : rate(bytes, startMs);
}

function rate(bytes: number, startMs: number): number {
  return bytes / megabyte / ((performance.now() - startMs) / 1000);
}

function report(name: string, megabytesPerSecond: number | undefined): void {
  const said = megabytesPerSecond === undefined ? 'not installed' : `${megabytesPerSecond.toFixed(1)} MB/s`;
  process.stdout.write(`${name.padEnd(26)} ${said.padStart(14)}\n`);
}

/** Hours of what the programs of a node write while they work, and one failure each in between. */
function nodeLog(): string {
  const requests = read('llama-server/reqs.log').split('\n');
  const llama = requests.filter((line) => / I /.test(line) && !/initializing|listening|loading/.test(line)).join('\n');
  const api = 'INFO:     127.0.0.1:52000 - "POST /transcribe HTTP/1.1" 200 OK\n'.repeat(8);
  const worker =
    '2026-11-20 10:00:00,123 INFO src.backend.activities transcribed job-123 in 3.21 s, 42 segments\n'.repeat(8);
  const work = `${llama}\n${api}${worker}`.repeat(200);
  const failures = ['uvicorn/chainimp-sid.log', 'temporal/20.log', 'fastapi/18.log', 'llama/07.log', 'whisper/19.log'];
  return failures.map((file) => `${work}${read(file)}`).join('');
}

function describe(page: string): string {
  const lines = page.split('\n').length;
  return `${sizeBytes / megabyte} MB, ${(page.length / lines).toFixed(0)} bytes a line, one failure in ${Math.round(lines / 7)} lines`;
}

function read(file: string): string {
  return readFileSync(new URL(file, samples), 'latin1');
}

function write(path: string, page: string, bytes: number): void {
  writeFileSync(path, page.repeat(Math.ceil(bytes / page.length)).slice(0, bytes), 'latin1');
}

/** The expressions of the mtail program as one. */
function alternation(): string {
  const text = readFileSync(program, 'utf8');
  return [...text.matchAll(/^\/(.*)\/ \{$/gm)].map(([, expression]) => expression).join('|');
}
