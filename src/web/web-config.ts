import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeIssues } from '../config/issues.ts';
import { ConfigError, readConfigText } from '../config/text.ts';
import { errorMessage } from '../core/errors.ts';

/** Options for Node's TLS server, with the files' content. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface WebConfig {
  readonly tls: TlsFiles | undefined;
  /** bcrypt hashes by user name; empty = no authentication. */
  readonly users: ReadonlyMap<string, string>;
}

// The subset of https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md that we honour.
const schema = z.strictObject({
  tls_server_config: z
    .strictObject({
      cert_file: z.string().min(1),
      key_file: z.string().min(1),
      client_ca_file: z.string().min(1).optional(),
      // The two that Node's TLS server can honour exactly.
      client_auth_type: z.enum(['NoClientCert', 'RequireAndVerifyClientCert']).default('NoClientCert'),
      min_version: z.enum(['TLS12', 'TLS13']).default('TLS12'),
    })
    .optional(),
  basic_auth_users: z
    .record(z.string().min(1), z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'expected a bcrypt hash'))
    .default({}),
});

/** Reads `--web.config.file`; throws `ConfigError` with all its problems. */
export function loadWebConfig(file: string | undefined): WebConfig {
  if (file === undefined) return { tls: undefined, users: new Map() };
  const text = readConfigText(file);
  const content = withoutEmpty(
    attempt(file, 'cannot be read', (): unknown => parse(text, { prettyErrors: false })) ?? {},
  );
  const result = schema.safeParse(content);
  if (!result.success) {
    const problems = describeIssues(result.error.issues, mask(content), schema);
    throw new ConfigError(problems.map(({ problem }) => `${file}: ${problem}`).join('\n'));
  }
  const { tls_server_config: tls, basic_auth_users: users } = result.data;
  return { tls: tls && readTls(tls, file), users: new Map(Object.entries(users)) };
}

function readTls(tls: NonNullable<z.infer<typeof schema>['tls_server_config']>, file: string): TlsFiles {
  const read = (path: string): Buffer =>
    attempt(file, `${path} cannot be read`, () => readFileSync(resolve(dirname(file), path)));
  const verify = tls.client_auth_type === 'RequireAndVerifyClientCert';
  if (verify && tls.client_ca_file === undefined) {
    throw new ConfigError(`${file}: tls_server_config.client_ca_file: expected with RequireAndVerifyClientCert`);
  }
  const files: TlsFiles = {
    cert: read(tls.cert_file),
    key: read(tls.key_file),
    ...(tls.client_ca_file === undefined ? {} : { ca: read(tls.client_ca_file) }),
    requestCert: verify,
    rejectUnauthorized: verify,
    minVersion: tls.min_version === 'TLS13' ? 'TLSv1.3' : 'TLSv1.2',
  };
  attempt(file, 'tls_server_config cannot be used', () => createSecureContext(files));
  return files;
}

/** A key with nothing below it, or only comments, counts as not there, as for exporter-toolkit. */
function withoutEmpty(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null));
}

// A hash is not a password, but it does not belong into a terminal either.
function mask(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('basic_auth_users' in content)) return content;
  const users = content.basic_auth_users;
  if (typeof users !== 'object' || users === null) return { ...content, basic_auth_users: '<secret>' };
  const masked = Object.keys(users).map((name) => [name, '<secret>']);
  return { ...content, basic_auth_users: Object.fromEntries(masked) as unknown };
}

function attempt<T>(file: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ConfigError(`${file}: ${what}: ${errorMessage(error)}`, { cause: error });
  }
}
