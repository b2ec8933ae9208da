import { z } from 'zod';
import { duration } from '../../core/duration.ts';

/** One endpoint, as configured. */
export interface EndpointTarget {
  readonly name: string;
  readonly url: string;
  /** The program, or group, that has to answer; empty for an endpoint that is no program's. */
  readonly program: string;
  readonly status: readonly number[];
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly kind: 'http' | 'llama';
  readonly slow: number;
  readonly loading_budget: number;
  readonly ca_file?: string | undefined;
  readonly bearer_token_file?: string | undefined;
  readonly username?: string | undefined;
  readonly password_file?: string | undefined;
  readonly follow_redirects: boolean;
}

export interface EndpointsConfig {
  readonly interval: number;
  readonly timeout: number;
  readonly targets: readonly EndpointTarget[];
}

const path = z.string().min(1);

const target = z
  .strictObject({
    name: z.string().min(1),
    url: z.string().superRefine(checkUrl),
    program: z.string().default(''),
    status: z.array(z.int().min(100).max(599)).min(1).default([200]),
    json: z.record(z.string(), z.unknown()).optional(),
    kind: z.enum(['http', 'llama']).default('http'),
    slow: duration('1s'),
    loading_budget: duration('10m'),
    ca_file: path.optional(),
    bearer_token_file: path.optional(),
    username: z.string().min(1).optional(),
    password_file: path.optional(),
    follow_redirects: z.boolean().default(false),
  })
  .superRefine((value, context) => {
    const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if ((value.username === undefined) !== (value.password_file === undefined)) {
      refuse('username', 'username and password_file belong together');
    }
    if (value.bearer_token_file !== undefined && value.username !== undefined) {
      refuse('bearer_token_file', 'a request has one Authorization header: either a bearer token or a password');
    }
    if (value.ca_file !== undefined && !/^https:/i.test(value.url)) {
      refuse('ca_file', 'a certificate authority needs an https url');
    }
  });

const defaultTargets = [
  { name: 'compute-api', url: 'http://127.0.0.1:8000/health', program: 'fastapi', json: { status: 'ok' } },
  { name: 'llama', url: 'http://127.0.0.1:8081/health', program: 'llama', kind: 'llama' },
].map((each) => target.parse(each));

export const endpointsConfigSchema: z.ZodType<EndpointsConfig> = z.strictObject({
  interval: duration('5s'),
  timeout: duration('2s'),
  targets: z.array(target).superRefine(checkNames).default(defaultTargets),
});

// The url itself is in no message: it may hold what it must not.
function checkUrl(text: string, context: z.RefinementCtx): void {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
  if (!URL.canParse(text)) return refuse('expected an absolute url such as http://127.0.0.1:8000/health');
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return refuse('expected an http or https url');
  if (username !== '' || password !== '') {
    refuse('credentials do not belong into a url: use username and password_file, or bearer_token_file');
  }
}

function checkNames(targets: readonly { name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of targets.entries()) {
    if (seen.has(name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `another target is named ${name} already` });
    }
    seen.add(name);
  }
}
