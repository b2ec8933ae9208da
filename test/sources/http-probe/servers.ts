/** Servers of every kind of misbehaviour, closed with all their connections when the test is over. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Serves HTTP on a free port; resolves to the port. */
export function serveHttp(answer: http.RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = http.createServer(answer);
  onTestFinished(() => server.closeAllConnections());
  return listen(server, host);
}

export function serveHttps(answer: http.RequestListener, keys: https.ServerOptions): Promise<number> {
  const server = https.createServer(keys, answer);
  onTestFinished(() => server.closeAllConnections());
  return listen(server, '127.0.0.1');
}

/** Hands every connection to `serve`, which may say anything or nothing. */
export function serveTcp(serve: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listen(server, '127.0.0.1');
}

export function answerJson(status: number, body: unknown): http.RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A certificate of its own authority, made by openssl; with `days` below zero it has expired. */
export function createCertificate(subjectAltName: string, days = 2): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=test', '-addext', `subjectAltName=${subjectAltName}`];
  try {
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const sign = ['x509', '-in', cert, '-signkey', key, '-days', String(days), '-out', cert];
    execFileSync('openssl', sign, { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function listen(server: net.Server, host: string): Promise<number> {
  server.listen({ port: 0, host, ipv6Only: true });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
