import { describe, expect, it } from 'vitest';
import { endpointsModule } from '../../../src/collectors/endpoints/index.ts';

const { configSchema } = endpointsModule;
const good = { name: 'a', url: 'https://127.0.0.1:8443/health', program: 'fastapi' };

describe('the endpoints section', () => {
  it('watches the API and llama-server by default', () => {
    const common = { status: [200], slow: 1_000, loading_budget: 600_000, follow_redirects: false };
    expect(configSchema.parse({})).toEqual({
      interval: 5_000,
      timeout: 2_000,
      targets: [
        {
          ...common,
          name: 'compute-api',
          url: 'http://127.0.0.1:8000/health',
          program: 'fastapi',
          kind: 'http',
          json: { status: 'ok' },
        },
        { ...common, name: 'llama', url: 'http://127.0.0.1:8081/health', program: 'llama', kind: 'llama' },
      ],
    });
  });

  it.each([
    [{ ...good, url: 'https://user:hunter2@127.0.0.1/' }, 'credentials do not belong into a url'],
    [{ ...good, url: 'https://hunter2@127.0.0.1/' }, 'credentials do not belong into a url'],
    [{ ...good, url: 'unix:///run/hunter2' }, 'expected an http or https url'],
    [{ ...good, url: '/health?hunter2' }, 'expected an absolute url'],
    [{ ...good, url: 'http://127.0.0.1/', ca_file: '/ca.pem' }, 'needs an https url'],
    [{ ...good, username: 'prometheus' }, 'belong together'],
    [{ ...good, password_file: '/password' }, 'belong together'],
    [{ ...good, username: 'u', password_file: '/p', bearer_token_file: '/t' }, 'one Authorization header'],
    [{ ...good, status: [] }, 'status'],
    [{ ...good, status: [99] }, 'status'],
    [{ ...good, kind: 'grpc' }, 'kind'],
    [{ ...good, slow: '1 second' }, 'expected a duration'],
    [{ ...good, name: '' }, 'name'],
    [{ ...good, urls: [] }, 'urls'],
  ])('refuses %j', (target, message) => {
    const result = configSchema.safeParse({ targets: [target] });
    const text = JSON.stringify(result.error?.issues);
    expect(text).toContain(message);
    expect(text).not.toContain('hunter2');
  });

  it('refuses a name that is taken', () => {
    const result = configSchema.safeParse({ targets: [good, { ...good, url: 'http://127.0.0.1/' }] });
    expect(result.error?.issues).toMatchObject([
      { path: ['targets', 1, 'name'], message: 'another target is named a already' },
    ]);
  });
});
