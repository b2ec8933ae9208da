import { DOMParser } from '@xmldom/xmldom';
import type { Element } from '@xmldom/xmldom';
import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import { markupProblem } from './markup.ts';

/** The XML-RPC types that supervisord speaks; a struct is a Map, so that no member name can be special. */
export type RpcValue = string | number | boolean | readonly RpcValue[] | RpcStruct;
export type RpcStruct = ReadonlyMap<string, RpcValue>;

export type RpcReply =
  | { readonly value: RpcValue }
  | { readonly fault: { readonly code: number; readonly text: string } };

/** A thousand programs make about 1.3 MB; more than this is not a supervisord. */
export const maxReplyBytes = 2 * 1024 * 1024;

/** Reads one `methodResponse` (http://xmlrpc.com/spec.md). Throws `SourceError` `invalid` for anything else. */
export function parseReply(xml: string): RpcReply {
  if (xml.length > maxReplyBytes) throw invalid('it is too long');
  const problem = markupProblem(xml);
  if (problem !== undefined) throw invalid(problem);
  const root = parseXml(xml);
  if (root.nodeName !== 'methodResponse') throw invalid('it is no methodResponse');
  const body = onlyChild(root);
  if (body.nodeName === 'fault') return { fault: readFault(readValue(onlyChild(body), 0)) };
  if (body.nodeName !== 'params') throw invalid('it has neither params nor a fault');
  const param = onlyChild(body);
  if (param.nodeName !== 'param') throw invalid('its params hold no param');
  return { value: readValue(onlyChild(param), 0) };
}

/** A fault, also as it stands among the results of `system.multicall`; throws `SourceError` if it is none. */
export function readFault(value: RpcValue): { code: number; text: string } {
  const code = value instanceof Map ? value.get('faultCode') : undefined;
  const text = value instanceof Map ? value.get('faultString') : undefined;
  if (typeof code !== 'number' || typeof text !== 'string') throw invalid('its fault has no code and text');
  return { code, text };
}

/** The body of a call. */
export function encodeCall(method: string, params: readonly RpcValue[]): string {
  const encoded = params.map((value) => `<param>${encodeValue(value)}</param>`).join('');
  return `<?xml version="1.0"?><methodCall><methodName>${escape(method)}</methodName><params>${encoded}</params></methodCall>`;
}

export function encodeValue(value: RpcValue): string {
  return `<value>${encodeTyped(value)}</value>`;
}

function encodeTyped(value: RpcValue): string {
  if (typeof value === 'string') return `<string>${escape(value)}</string>`;
  if (typeof value === 'boolean') return `<boolean>${Number(value)}</boolean>`;
  if (typeof value === 'number') {
    const type = Number.isInteger(value) && Math.abs(value) < 1e15 ? 'int' : 'double';
    return `<${type}>${value}</${type}>`;
  }
  if (isArray(value)) return `<array><data>${value.map(encodeValue).join('')}</data></array>`;
  const members = [...value].map(
    ([name, member]) => `<member><name>${escape(name)}</name>${encodeValue(member)}</member>`,
  );
  return `<struct>${members.join('')}</struct>`;
}

// Array.isArray does not narrow a readonly array out of a union.
function isArray(value: RpcValue): value is readonly RpcValue[] {
  return Array.isArray(value);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function escape(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

function parseXml(xml: string): Element {
  try {
    const parser = new DOMParser({
      locator: false,
      // XML 1.0's rule; the default also rewrites U+0085 and U+2028 inside of texts.
      normalizeLineEndings: (text: string) => text.replace(/\r\n?/g, '\n'),
      onError: (level, message) => {
        if (level !== 'warning') throw new Error(message);
      },
    });
    const root = parser.parseFromString(xml, 'text/xml').documentElement;
    if (root !== null) return root;
  } catch (error) {
    throw new SourceError('invalid', `the XML-RPC reply cannot be parsed: ${shorten(errorMessage(error))}`, {
      cause: error,
    });
  }
  throw invalid('it is empty');
}

// getAllProcessInfo in a multicall is array > struct > array > struct.
const maxDepth = 16;

function readValue(element: Element, depth: number): RpcValue {
  if (element.nodeName !== 'value') throw invalid(`it has a ${shorten(element.nodeName)} where a value belongs`);
  if (depth > maxDepth) throw invalid('its values are nested too deeply');
  const children = elementsOf(element);
  const [typed] = children;
  if (typed === undefined) return element.textContent ?? '';
  if (children.length > 1 || hasText(element)) throw invalid('a value holds more than one thing');
  switch (typed.nodeName) {
    case 'string':
      return textOf(typed);
    case 'int':
    case 'i4':
      return readNumber(textOf(typed), /^[+-]?\d{1,15}$/);
    case 'double':
      return readNumber(textOf(typed), /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?$/);
    case 'boolean':
      return readNumber(textOf(typed), /^[01]$/) === 1;
    case 'array':
      return readArray(typed, depth);
    case 'struct':
      return readStruct(typed, depth);
    default:
      throw invalid(`it has a value of type ${shorten(typed.nodeName)}`);
  }
}

function readArray(array: Element, depth: number): RpcValue[] {
  const data = onlyChild(array);
  if (data.nodeName !== 'data' || hasText(data)) throw invalid('an array has no data');
  return elementsOf(data).map((element) => readValue(element, depth + 1));
}

function readStruct(struct: Element, depth: number): RpcStruct {
  if (hasText(struct)) throw invalid('a struct has stray text');
  return new Map(
    elementsOf(struct).map((member): [string, RpcValue] => {
      const [name, value, ...rest] = elementsOf(member);
      if (member.nodeName !== 'member' || name?.nodeName !== 'name' || value === undefined || rest.length > 0) {
        throw invalid('a struct has something else than members of name and value');
      }
      return [textOf(name), readValue(value, depth + 1)];
    }),
  );
}

function readNumber(text: string, form: RegExp): number {
  const value = form.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw invalid('it has a malformed number');
  return value === 0 ? 0 : value;
}

function onlyChild(element: Element): Element {
  const [child, ...rest] = elementsOf(element);
  if (child === undefined || rest.length > 0 || hasText(element)) {
    throw invalid(`${shorten(element.nodeName)} does not hold exactly one element`);
  }
  return child;
}

function textOf(element: Element): string {
  if (elementsOf(element).length > 0) throw invalid(`${shorten(element.nodeName)} does not hold text`);
  return element.textContent ?? '';
}

const elementNode = 1;
const textNode = 3;
const cdataNode = 4;

function elementsOf(element: Element): Element[] {
  const elements: Element[] = [];
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === elementNode) elements.push(node as Element);
  }
  return elements;
}

function hasText(element: Element): boolean {
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    const isText = node.nodeType === textNode || node.nodeType === cdataNode;
    if (isText && (node.nodeValue ?? '').trim() !== '') return true;
  }
  return false;
}

function invalid(why: string): SourceError {
  return new SourceError('invalid', `the XML-RPC reply is not one of supervisord: ${why}`);
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
