import type { Expansions } from './expand.ts';
import { parseEnvironment } from './environment.ts';
import type { Sections } from './sections.ts';
import { programLabel } from './snapshot.ts';
import type { ProgramStanza } from './types.ts';
import { autoRestart, integer, rotation, truth } from './values.ts';

const maxPrograms = 2_000;

/** Every process that the configuration defines: groups first, then what belongs to no group. */
export function readPrograms(sections: Sections, common: Expansions, warn: (text: string) => void): ProgramStanza[] {
  const grouped = new Set<string>();
  const stanzas: ProgramStanza[] = [];
  const add = (section: string, group: string): void => {
    if (stanzas.length < maxPrograms) stanzas.push(...readProgram(sections, section, group, common, warn));
  };
  for (const section of sections.names.filter((name) => name.startsWith('group:'))) {
    for (const program of (sections.get(section, 'programs') ?? '').split(',').map((name) => name.trim())) {
      const member = [`program:${program}`, `fcgi-program:${program}`].find((name) => sections.has(name));
      if (member === undefined) {
        if (program !== '') warn(`[${section}] names an unknown program ${program}`);
        continue;
      }
      grouped.add(member);
      add(member, nameOf(section));
    }
  }
  for (const section of sections.names) {
    if (/^(program|fcgi-program|eventlistener):/.test(section) && !grouped.has(section)) add(section, nameOf(section));
  }
  return stanzas;
}

function nameOf(section: string): string {
  return section.slice(section.indexOf(':') + 1).trim();
}

function readProgram(
  sections: Sections,
  section: string,
  group: string,
  common: Expansions,
  warn: (text: string) => void,
): ProgramStanza[] {
  const known: Expansions = new Map([...common, ['program_name', nameOf(section)], ['group_name', group]]);
  const numprocs = integer(sections.get(section, 'numprocs', known), 1);
  const first = integer(sections.get(section, 'numprocs_start', known), 0);
  if (sections.raw(section, 'command') === undefined) {
    warn(`[${section}] has no command`);
    return [];
  }
  const count = Math.max(0, Math.min(numprocs, maxPrograms));
  return Array.from({ length: count }, (_, index) =>
    readProcess(sections, section, group, new Map([...known, ['numprocs', numprocs], ['process_num', first + index]])),
  );
}

function readProcess(sections: Sections, section: string, group: string, known: Expansions): ProgramStanza {
  const variables = parseEnvironment(sections.get(section, 'environment', known) ?? '');
  const expansions = new Map([
    ...known,
    ...[...variables].map(([key, value]): [string, string] => [`ENV_${key}`, value]),
  ]);
  const get = (option: string): string | undefined => sections.get(section, option, expansions);
  const name = (get('process_name') ?? nameOf(section)).trim();
  return {
    program: programLabel(group, name),
    name,
    group,
    command: get('command') ?? '',
    directory: get('directory'),
    user: get('user'),
    autostart: truth(get('autostart'), true),
    autorestart: autoRestart(get('autorestart')),
    startsecs: integer(get('startsecs'), 1),
    startretries: integer(get('startretries'), 3),
    exitcodes: (get('exitcodes') ?? '0').split(',').map((code) => integer(code, -1)),
    redirectStderr: truth(get('redirect_stderr'), false),
    stdoutRotation: rotation((option) => get(`stdout_logfile_${option}`)),
    stderrRotation: rotation((option) => get(`stderr_logfile_${option}`)),
    environmentNames: [...new Set([...globalNames(sections), ...variables.keys()])],
    environmentValue: (wanted) => variables.get(wanted) ?? globalValue(sections, wanted),
  };
}

// Every program also gets what [supervisord] says.
function globalNames(sections: Sections): string[] {
  return [...parseEnvironment(sections.raw('supervisord', 'environment') ?? '').keys()];
}

function globalValue(sections: Sections, name: string): string | undefined {
  return parseEnvironment(sections.get('supervisord', 'environment') ?? '').get(name);
}
