import { z } from 'zod';
import { duration } from '../../core/duration.ts';

const text = z.string().min(1);
const absolutePath = z.string().regex(/^\//, 'expected an absolute path');

export const configSchema = z.strictObject({
  interval: duration('5s'),
  timeout: duration('2s'),
  config_file: absolutePath.default('/etc/supervisor/supervisord.conf'),
  /** These four win over what config_file says. */
  server_url: z.string().refine(isServerUrl, 'expected unix:///path/to/socket or http://host:port').exactOptional(),
  username: text.exactOptional(),
  password_file: absolutePath.exactOptional(),
  main_log: absolutePath.exactOptional(),
});

export type SupervisorConfig = z.infer<typeof configSchema>;

function isServerUrl(text: string): boolean {
  return /^unix:\/\/\/\S+$/.test(text) || (/^https?:\/\/\S+$/.test(text) && URL.canParse(text));
}
