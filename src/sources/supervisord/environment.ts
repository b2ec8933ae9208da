/**
 * Reads `KEY=value,KEY2="value, 2"` as supervisord does with Python's shlex: words, or quoted text, whose quotes fall away.
 * Stops at what it does not understand.
 */
export function parseEnvironment(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  pair.lastIndex = 0;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    const [, name = '', value = ''] = match;
    variables.set(name, value.replace(/^['"]+|['"]+$/g, ''));
  }
  return variables;
}

const pair = /\s*([\w/.+\-():]+)\s*=\s*("[^"]*"|'[^']*'|[\w/.+\-():]+)\s*(?:,|$)/gy;
