/**
 * Stand-in for `uvicorn src.api.main:app`: its answers, its lines on stderr and its access log on stdout.
 * Routes: /health; /boom raises; /block keeps the event loop busy for `?s=` seconds.
 * STAND_IN_FAULT: import-error (after STAND_IN_AFTER_SECONDS, before the port is bound), health-500.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startChatter } from './chatter.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: { host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string', default: '8000' } },
});
const fault = process.env['STAND_IN_FAULT'];

await importApplication();
log(`INFO:     Started server process [${process.pid}]`);
log('INFO:     Waiting for application startup.');
log('INFO:     Application startup complete.');
const server = createServer(answer);
server.once('error', () => {
  const address = `('${values.host}', ${values.port})`;
  log(`ERROR:    [Errno 98] error while attempting to bind on address ${address}: address already in use`);
  shutDown(1);
});
server.listen(Number(values.port), values.host, () => {
  log(`INFO:     Uvicorn running on http://${values.host}:${values.port} (Press CTRL+C to quit)`);
  startChatter((number) => `INFO:     job ${number} accepted, 3 in queue, 0 errors`);
});
// Whoever outlives supervisord's end of its pipes goes on serving, as Python's logging does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.once('SIGTERM', () => {
  log('INFO:     Shutting down');
  shutDown(0);
});

async function importApplication(): Promise<void> {
  if (fault !== 'import-error') return;
  await delay(Number(process.env['STAND_IN_AFTER_SECONDS'] ?? 0) * 1000);
  log(text('uvicorn-import-error'));
  process.exit(1);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://uvicorn');
  switch (url.pathname) {
    case '/health':
      return fault === 'health-500' ? reply(500, { status: 'error' }) : reply(200, { status: 'ok' });
    case '/boom':
      log(text('uvicorn-exception'));
      return reply(500, 'Internal Server Error');
    case '/block':
      // As a blocking call in an `async def` does: nothing else is answered, not even a signal.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(url.searchParams.get('s')) * 1000);
      return reply(200, {});
    default:
      return reply(404, { detail: 'Not Found' });
  }

  function reply(status: number, body: object | string): void {
    response.statusCode = status;
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    const { remoteAddress, remotePort } = request.socket;
    const requestLine = `${request.method} ${request.url} HTTP/1.1`;
    process.stdout.write(
      `INFO:     ${remoteAddress}:${remotePort} - "${requestLine}" ${status} ${response.statusMessage}\n`,
    );
  }
}

function shutDown(exitCode: number): void {
  log('INFO:     Waiting for application shutdown.');
  log('INFO:     Application shutdown complete.');
  if (exitCode === 0) log(`INFO:     Finished server process [${process.pid}]`);
  process.exit(exitCode);
}

/** Recorded from the real program. */
function text(name: string): string {
  return readFileSync(new URL(`texts/${name}.txt`, import.meta.url), 'utf8').trimEnd();
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
