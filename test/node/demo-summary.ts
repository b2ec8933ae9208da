/** What the demo shows of its node: everything is asked of Prometheus, as a dashboard would. */
import type { Prometheus, Series } from './prometheus.ts';

export interface Summary {
  /** Prometheus reaches the exporter; undefined before its first scrape. */
  readonly exporterUp: boolean | undefined;
  /** The exporter reaches supervisord. */
  readonly supervisorUp: boolean | undefined;
  readonly programs: readonly ProgramSummary[];
  readonly checklist: {
    readonly passing: number;
    readonly failing: readonly string[];
    readonly unknown: readonly string[];
  };
}

interface ProgramSummary {
  readonly program: string;
  readonly state: string;
  /** Starts in the last five minutes, by trigger. */
  readonly starts: Readonly<Record<string, number>>;
  readonly lastExitCode: number | undefined;
  readonly endpoint: string | undefined;
}

export async function readSummary({ query }: Prometheus): Promise<Summary> {
  const starts = 'gpunode_program_starts_total';
  const [up, supervisorUp, expected, state, recent, exitCode, endpoint, checks] = await Promise.all([
    query('up{job="gpunode"}'),
    query('gpunode_supervisor_up'),
    query('gpunode_program_expected'),
    query('gpunode_program_state == 1'),
    // Unlike increase(), this counts from the first scrape on and never gives fractions.
    query(`${starts} - (${starts} offset 5m or ${starts} * 0)`),
    query('gpunode_program_last_exit_code'),
    query('gpunode_endpoint_state == 1'),
    query('gpunode_check_status == 1'),
  ]);
  return {
    exporterUp: truth(up),
    supervisorUp: truth(supervisorUp),
    checklist: {
      passing: checks.filter(({ labels }) => labels['status'] === 'pass').length,
      failing: checks.filter(({ labels }) => labels['status'] === 'fail').map(nameOfCheck),
      unknown: checks.filter(({ labels }) => labels['status'] === 'unknown').map(nameOfCheck),
    },
    programs: expected
      .map(({ labels }) => labels['program'] ?? '')
      .map((program) => ({
        program,
        state: of(state, program)?.labels['state'] ?? 'not known',
        starts: Object.fromEntries(
          recent
            .filter(({ labels }) => labels['program'] === program)
            .map(({ labels, value }) => [labels['trigger'], value]),
        ),
        lastExitCode: of(exitCode, program)?.value,
        endpoint: of(endpoint, program)?.labels['state'],
      })),
  };
}

export function renderScreen({ exporterUp, supervisorUp, programs, checklist }: Summary): string {
  return [
    exporterUp === undefined
      ? 'Waiting for the first scrape …'
      : `exporter up: ${word(exporterUp)}   supervisord answers: ${word(supervisorUp)}`,
    '',
    `${' '.repeat(24)}${'starts in the last 5 min'.padStart(33)}`,
    row(['program', 'state', 'initial', 'requested', 'respawn', 'exit code', 'endpoint']),
    ...programs.map(({ program, state, starts, lastExitCode, endpoint }) =>
      row([program, state, starts['initial'], starts['requested'], starts['respawn'], lastExitCode, endpoint]),
    ),
    '',
    `checklist: ${renderChecklist(checklist)}`,
  ].join('\n');
}

function row(cells: readonly (string | number | undefined)[]): string {
  return cells.map((cell = '–', column) => (column < 2 ? `${cell}`.padEnd(12) : `${cell}`.padStart(11))).join('');
}

export function renderLine({ exporterUp, supervisorUp, programs, checklist }: Summary): string {
  const words = programs.map(
    ({ program, state, starts }) => `${program}=${state}(respawns ${starts['respawn'] ?? '–'})`,
  );
  const head = `exporter=${word(exporterUp)} supervisord=${word(supervisorUp)}`;
  return [head, ...words, `checklist: ${renderChecklist(checklist)}`].join(' ');
}

function renderChecklist({ passing, failing, unknown }: Summary['checklist']): string {
  return [
    `${passing} pass`,
    ...(failing.length === 0 ? [] : [`failing ${failing.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`unknown ${unknown.join(', ')}`]),
  ].join('; ');
}

function nameOfCheck({ labels }: Series): string {
  return `${labels['check']}{${labels['subject']}}`;
}

function of(series: readonly Series[], program: string): Series | undefined {
  return series.find(({ labels }) => labels['program'] === program);
}

function truth([series]: readonly Series[]): boolean | undefined {
  return series && series.value === 1;
}

function word(value: boolean | undefined): string {
  return value === undefined ? '–' : value ? 'yes' : 'no';
}
