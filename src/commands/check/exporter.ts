import { receivedSchema } from '../../checklist/report.ts';
import type { Report } from '../../checklist/report.ts';
import type { HttpClient, HttpResponse } from '../../core/host.ts';
import type { ExporterAddress } from './exporter-url.ts';
import { whyNoAnswer } from './no-answer.ts';
import { NoReportError } from './source.ts';
import type { CheckSource } from './source.ts';

// A thousand items are a quarter of a megabyte.
const maxBodyBytes = 4 * 1024 * 1024;

/** The verdicts of an exporter that runs, here or elsewhere. */
export function askExporter(exporter: ExporterAddress, http: HttpClient, timeoutMs: number): CheckSource {
  const { name, url, headers } = exporter;

  async function report(): Promise<Report> {
    const response = await get();
    if (response.status === 401) {
      throw new NoReportError(`${name} wants a user and password: --from http://user:password@host`);
    }
    if (response.status === 404) throw new NoReportError(`${name} has no checklist: is it a gpunode-exporter?`);
    if (response.status !== 200) throw new NoReportError(`${name} answers with status ${response.status}`);
    const parsed = receivedSchema.safeParse(bodyOf(response));
    if (!parsed.success) throw new NoReportError(`${name} sends no checklist: is it a gpunode-exporter?`);
    return parsed.data;
  }

  async function get(): Promise<HttpResponse> {
    try {
      return await http.request({ url: new URL('api/checklist', url).href, headers, timeoutMs, maxBodyBytes });
    } catch (error) {
      throw new NoReportError(`${name} cannot be asked: ${whyNoAnswer(error, timeoutMs)}`, { cause: error });
    }
  }

  return { report, runbooks: name, stop: () => Promise.resolve() };
}

function bodyOf({ body, bodyTruncated }: HttpResponse): unknown {
  try {
    return bodyTruncated ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}
