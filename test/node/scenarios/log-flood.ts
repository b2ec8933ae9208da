import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'log-flood',
  summary: 'worker-gpu writes 10 000 harmless lines a second',
  durationHint: '20s',
  prepare({ programs: { 'worker-gpu': worker } }) {
    worker.environment['STAND_IN_LINES_PER_SECOND'] = '10000';
    Object.assign(worker.settings, { stderr_logfile_maxbytes: '20MB', stderr_logfile_backups: '2' });
  },
  expected: quiet,
};
