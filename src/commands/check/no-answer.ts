import { formatDuration } from '../../core/duration.ts';
import { HttpFailure } from '../../core/host.ts';

/** Why an exporter did not answer, for people: never with what may be a secret. */
export function whyNoAnswer(error: unknown, timeoutMs: number): string {
  if (!(error instanceof HttpFailure)) return 'the connection failed';
  const { code = '', message } = error;
  switch (error.kind) {
    case 'refused':
      return 'connection refused, nothing listens there';
    case 'timeout':
      return `no complete answer within ${formatDuration(timeoutMs)}`;
    case 'dns_error':
      return 'its name cannot be looked up';
    case 'tls_error':
      return `${tlsProblems.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1] ?? 'TLS fails'} (${code})`;
    default:
      return `the connection failed${code && ` (${code})`}`;
  }
}

// Codes of Node's TLS layer and of X.509 verification (https://nodejs.org/api/tls.html#x509-certificate-error-codes), and
// OpenSSL's reasons, which Node hides behind EPROTO.
const tlsProblems: readonly (readonly [RegExp, string])[] = [
  [
    /SELF_SIGNED|_ISSUER_CERT|_LEAF_SIGNATURE/,
    'its certificate is signed by nobody whom this machine trusts; NODE_EXTRA_CA_CERTS may name a file with more authorities',
  ],
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, 'its certificate is for another name'],
  [/CERT_HAS_EXPIRED/, 'its certificate has expired'],
  [/CERT_NOT_YET_VALID/, 'its certificate is not valid yet'],
  [/wrong.version.number|packet.length.too.long/i, 'it does not speak TLS: perhaps http:// instead of https://'],
  [/certificate.required|handshake.failure/i, 'it wants a client certificate, perhaps, and check has none'],
];
