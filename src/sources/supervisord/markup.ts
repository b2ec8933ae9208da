// Values 16 deep, each in an array or a struct, and what is around them.
const maxTagDepth = 64;
// A thousand programs make 60,000.
const maxElements = 200_000;

/**
 * What is wrong with the tags of an XML-RPC document, if anything. They are simple: names without attributes, in a few
 * levels. A parser takes most of a minute for two megabytes of others, which nobody but an attacker sends; and a DOCTYPE
 * declares entities, by which alone a small text becomes a large one.
 */
export function markupProblem(xml: string): string | undefined {
  let [depth, elements] = [0, 0];
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at + 1)) {
    const isText = xml.startsWith('<![CDATA[', at);
    const end = isText ? xml.indexOf(']]>', at) : xml.indexOf('>', at);
    if (end < 0) return 'it ends within a tag';
    if (isText) {
      at = end;
      continue;
    }
    const tag = xml.slice(at, Math.min(end + 1, at + maxTagCharacters));
    if (at === 0 && declaration.test(tag)) continue;
    if (!plainTag.test(tag)) return 'it has markup that XML-RPC does not have';
    if (tag.startsWith('</')) depth -= 1;
    else elements += 1;
    if (!tag.startsWith('</') && !tag.endsWith('/>')) depth += 1;
    if (depth > maxTagDepth) return 'its values are nested too deeply';
    if (elements > maxElements) return 'it has too many values';
  }
  return undefined;
}

const maxTagCharacters = 200;
const declaration = /^<\?xml [^<>]*\?>$/;
const plainTag = /^<\/?[A-Za-z][\w.-]*\s*\/?>$/;
