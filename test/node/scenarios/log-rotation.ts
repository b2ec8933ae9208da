import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'log-rotation',
  summary: 'supervisord rotates the log of fastapi every few seconds, and cuts that of worker-gpu off in place',
  durationHint: '20s',
  prepare({ programs: { fastapi, 'worker-gpu': worker } }) {
    fastapi.environment['STAND_IN_LINES_PER_SECOND'] = '200';
    Object.assign(fastapi.settings, { stderr_logfile_maxbytes: '50KB', stderr_logfile_backups: '3' });
    worker.environment['STAND_IN_LINES_PER_SECOND'] = '200';
    Object.assign(worker.settings, { stderr_logfile_maxbytes: '50KB', stderr_logfile_backups: '0' });
  },
  expected: quiet,
};
