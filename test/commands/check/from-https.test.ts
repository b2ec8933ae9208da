/** `check --from https://…`: whom it trusts, and what it says of whom it does not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createChecklist } from '../../../src/checklist/checklist.ts';
import { createWebApp } from '../../../src/web/app.ts';
import { healthyView, nowMs } from '../../checklist/healthy-view.ts';
import { createCertificate } from '../../sources/http-probe/servers.ts';
import { webContent } from '../../support/web-content.ts';
import { checkFrom } from './program.ts';
import type { Ended, RunOptions } from './program.ts';

const servers: Server[] = [];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-check-https-'));
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const { key, cert } = createCertificate(`IP:${address}`);
    writeFileSync(keyOf(address), key);
    writeFileSync(certificateOf(address), cert);
  }
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const certificateOf = (address: string): string => join(folder, `${address}.crt`);
const keyOf = (address: string): string => join(folder, `${address}.key`);

/** Asks an exporter on a healthy node, at 127.0.0.1, with a certificate for this address. */
async function ask(certified: string, options: RunOptions = {}, tls: ServerOptions = {}): Promise<Ended> {
  const checklist = createChecklist(undefined, nowMs);
  checklist.look(healthyView());
  const exporter = createWebApp(webContent({ node: healthyView, verdicts: () => checklist.verdicts() }));
  const files = { cert: readFileSync(certificateOf(certified)), key: readFileSync(keyOf(certified)) };
  return askServer(createServer({ ...files, ...tls }, exporter), options);
}

async function askServer(server: Server, options: RunOptions = {}): Promise<Ended> {
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return checkFrom(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, [], options).ended;
}

const trusting = (address: string): RunOptions => ({ env: { NODE_EXTRA_CA_CERTS: certificateOf(address) } });

it('reads the verdicts of whom it trusts', async () => {
  const { status, stderr } = await ask('127.0.0.1', trusting('127.0.0.1'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it.each([
  ['nobody it knows has signed', '127.0.0.1', () => ({}), /signed by nobody .* \(DEPTH_ZERO_SELF_SIGNED_CERT\)\n$/],
  ['another has', '127.0.0.2', trusting, /is for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)\n$/],
])('reads nothing with a certificate that %s', async (_, certified, options, problem) => {
  const { status, stdout, stderr } = await ask(certified, options(certified));
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(problem);
});

it('says that a certificate has expired', async () => {
  const { key, cert } = createCertificate('IP:127.0.0.1', -1);
  writeFileSync(certificateOf('expired'), cert);
  const { status, stderr } = await ask('127.0.0.1', trusting('expired'), { key, cert });
  expect(status).toBe(3);
  expect(stderr).toContain('its certificate has expired (CERT_HAS_EXPIRED)\n');
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)('says that it is asked for a certificate, with %s', async (maxVersion) => {
  const tls = { requestCert: true, ca: readFileSync(certificateOf('127.0.0.2')), maxVersion };
  const { status, stderr } = await ask('127.0.0.1', trusting('127.0.0.1'), tls);
  expect(status).toBe(3);
  expect(stderr).toContain('it wants a client certificate, perhaps, and check has none');
});

it('says that a server does not speak TLS', async () => {
  const { status, stderr } = await askServer(createPlainServer());
  expect(status).toBe(3);
  expect(stderr).toContain('it does not speak TLS: perhaps http:// instead of https:// (EPROTO)\n');
});
