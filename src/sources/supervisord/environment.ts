/**
 * Reads `KEY=value,KEY2="value, 2"` as supervisord does, with Python's shlex: four tokens a variable, the comma included;
 * quotes around a value fall away. Stops where supervisord would refuse the whole.
 */
export function parseEnvironment(text: string): Map<string, string> {
  const tokens = (text.match(token) ?? []).filter((one) => !one.startsWith('#'));
  const variables = new Map<string, string>();
  for (let index = 0; index < tokens.length; index += 4) {
    const [name, equals, value] = tokens.slice(index, index + 3);
    if (name === undefined || equals !== '=' || value === undefined) break;
    variables.set(name, value.replace(/^['"]+|['"]+$/g, ''));
  }
  return variables;
}

// A comment, a quoted text, a word (quotes inside of it belong to it), or any other character.
const token = /#[^\n]*|"[^"]*"|'[^']*'|[\w/.+\-():][\w/.+\-():'"]*|\S/g;
