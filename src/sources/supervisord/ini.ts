/** Sections of an INI file in the order of their appearance; option names are lower case. */
export interface IniFile {
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Lines that are neither section, option, comment nor continuation; supervisord refuses such a file. */
  readonly badLines: readonly number[];
}

/**
 * Parses as supervisord does: Python's RawConfigParser with `;` and `#` as comments, also behind white space in a line,
 * `=` or `:` as delimiter, indented lines as continuation, and options of [DEFAULT] in every section.
 */
export function parseIni(text: string): IniFile {
  const sections = new Map<string, Map<string, string[]>>();
  const badLines: number[] = [];
  let section: Map<string, string[]> | undefined;
  let value: string[] | undefined;
  let indent = 0;

  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const { content, commented } = stripComment(line);
    if (content === '') {
      if (!commented) value?.push('');
      continue;
    }
    const lineIndent = line.search(/\S/);
    if (value !== undefined && lineIndent > indent) {
      value.push(content);
      continue;
    }
    indent = lineIndent;
    const header = /^\[(.+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string[]>();
      sections.set(header, section);
      value = undefined;
      continue;
    }
    const option = splitOption(content);
    if (section === undefined || option === undefined) {
      badLines.push(index + 1);
      continue;
    }
    value = [option.value];
    section.set(option.name, value);
  }
  return { sections: withDefaults(sections), badLines };
}

function stripComment(line: string): { content: string; commented: boolean } {
  const start = /^\s*[;#]/.test(line) ? 0 : line.search(/(?<=\s)[;#]/);
  return { content: (start < 0 ? line : line.slice(0, start)).trim(), commented: start >= 0 };
}

function splitOption(content: string): { name: string; value: string } | undefined {
  const delimiter = content.search(/[=:]/);
  if (delimiter <= 0) return undefined;
  return { name: content.slice(0, delimiter).trimEnd().toLowerCase(), value: content.slice(delimiter + 1).trim() };
}

function withDefaults(sections: ReadonlyMap<string, ReadonlyMap<string, string[]>>): Map<string, Map<string, string>> {
  const defaults = sections.get('DEFAULT') ?? new Map<string, string[]>();
  const joined = new Map<string, Map<string, string>>();
  for (const [name, options] of sections) {
    if (name === 'DEFAULT') continue;
    const all = [...defaults, ...options].map(([key, lines]): [string, string] => [key, lines.join('\n').trimEnd()]);
    joined.set(name, new Map(all));
  }
  return joined;
}
